// Brings the folder to the state a command needs: dependencies from the lock file, and a Node.js that runs TypeScript.
'use strict'

var fs = require('fs')
var path = require('path')
var install = require('./install.cjs')
var machine = require('./machine.cjs')
var withLock = require('./lock.cjs').withLock
var npm = require('./npm.cjs')
var problem = require('./problem.cjs').problem

/** `wanted`: 'run' = what the program needs, 'all' = also what checks and tests need. Resolves to the path of the Node.js to use. */
function setUp(root, wanted) {
  requireFiles(root)
  var parts = [install.dependencies(root, wanted)]
  if (machine.nodeMajor() < machine.NODE_MAJOR_WANTED) parts.push(install.runtime(root))
  var node = parts[1] ? parts[1].node : process.execPath
  if (parts.every(isReady)) return Promise.resolve(node)
  requireWritable(root)
  npm.findNpm() // before anything is announced: nothing can be done without it
  return withLock(path.join(root, '.cache', 'setup.lock'), function () {
    return installAll(parts).then(function () {
      removeFolder(npm.cacheFolder(root))
    })
  }).then(function () {
    return node
  })
}

function isReady(part) {
  return part.isReady()
}

/** One after the other. Asked again under the lock: another setup may have done it while we waited. */
function installAll(parts) {
  return parts.reduce(function (before, part) {
    return before.then(function () {
      return part.isReady() ? undefined : part.install()
    })
  }, Promise.resolve())
}

function requireFiles(root) {
  var files = ['package.json', 'package-lock.json', 'runtime/package.json', 'runtime/package-lock.json']
  files.forEach(function (name) {
    if (fs.existsSync(path.join(root, name))) return
    throw problem(74, name + ' is missing.', 'It belongs to the project; restore it: git checkout ' + name)
  })
}

function requireWritable(root) {
  var cache = path.join(root, '.cache')
  try {
    fs.mkdirSync(cache, { recursive: true })
    ;[root, cache].forEach(function (folder) {
      var probe = path.join(folder, '.posthorn-probe-' + process.pid)
      fs.writeFileSync(probe, 'x')
      fs.unlinkSync(probe)
    })
  } catch (error) {
    if (error.code === 'ENOSPC') throw problem(76, 'The disk is full.', 'Make room and start again.')
    throw problem(
      72,
      'The folder ' + root + ' cannot be written (' + error.code + '), and what Posthorn needs is not yet installed in it.',
      'Start as the user who owns the folder, change its owner, or copy it to a place of your own.',
    )
  }
}

function removeFolder(folder) {
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

module.exports = { setUp: setUp }
