// The two things that are installed, each with a stamp that says what for: equal stamp, nothing to do.
'use strict'

var childProcess = require('child_process')
var crypto = require('crypto')
var fs = require('fs')
var path = require('path')
var machine = require('./machine.cjs')
var npm = require('./npm.cjs').npm
var problem = require('./problem.cjs').problem
var progress = require('./progress.cjs').progress

var STAMP = '.posthorn-stamp'

/** The npm packages in node_modules. `wanted`: 'run' or 'all'; all of them also serve 'run'. */
function dependencies(root, wanted) {
  var modules = path.join(root, 'node_modules')
  var lock = path.join(root, 'package-lock.json')
  function stamp(mode) {
    var abi = machine.nodeMajor() < machine.NODE_MAJOR_WANTED ? 'fetched' : process.versions.modules
    return [hash(lock), mode, machine.platformName(), abi].join(' ')
  }
  function isReady() {
    var found = readStamp(modules)
    return found === stamp('all') || (wanted === 'run' && found === stamp('run'))
  }
  function install() {
    // What runs from node_modules now must not lose it: packages for the tests are added to the others, not put in their place.
    var found = readStamp(modules)
    var add = wanted === 'all' && found === stamp('run')
    // Whoever has the packages for the tests keeps them, also when an outdated stamp has all installed anew.
    var mode = wanted === 'all' || hadAll(found) ? 'all' : 'run'
    var what = mode === 'all' ? 'Installing dependencies, with those for tests' : 'Installing dependencies'
    return work(what, modules, function () {
      return npm(
        root,
        root,
        add ? ['install', '--no-save', '--include=dev'] : ['ci', mode === 'all' ? '--include=dev' : '--omit=dev'],
      )
    }).then(function () {
      writeStamp(modules, stamp(mode))
    })
  }
  return { isReady: isReady, install: install }
}

/** The Node.js binary in runtime/node_modules, for machines whose own is older. */
function runtime(root) {
  var folder = path.join(root, 'runtime')
  var modules = path.join(folder, 'node_modules')
  var node = path.join(modules, machine.RUNTIME_PACKAGES[machine.platformName()], 'bin', 'node')
  function stamp() {
    return hash(path.join(folder, 'package-lock.json')) + ' ' + machine.platformName()
  }
  function isReady() {
    return readStamp(modules) === stamp() && fs.existsSync(node)
  }
  function install() {
    var what = 'Fetching Node.js ' + machine.NODE_MAJOR_WANTED + ' into runtime/ (this machine has ' + process.versions.node + ')'
    return work(what, modules, function () {
      return npm(root, folder, ['ci'])
    }).then(function () {
      requireStarts(node)
      writeStamp(modules, stamp())
    })
  }
  return { isReady: isReady, install: install, node: node }
}

/** Of a stamp of any time. */
function hadAll(found) {
  return found !== undefined && found.split(' ')[1] === 'all'
}

function work(what, modules, run) {
  unlink(path.join(modules, STAMP))
  var line = progress(what)
  return run().then(
    function () {
      line.done('done')
    },
    function (error) {
      line.stop()
      throw error
    },
  )
}

function requireStarts(node) {
  var answer = childProcess.spawnSync(node, ['--version'], { encoding: 'utf8' })
  if (answer.status === 0 && Number(answer.stdout.slice(1).split('.')[0]) >= machine.NODE_MAJOR_WANTED) return
  throw problem(
    70,
    'The Node.js that was fetched does not run on this system: ' +
      firstLine(answer.stderr || (answer.error && answer.error.message)),
    'The system is older than Node.js supports. Install Node.js ' +
      machine.NODE_MAJOR_WANTED +
      ' in another way, or use a newer system.',
  )
}

function hash(file) {
  return crypto.createHash('sha256').update(fs.readFileSync(file)).digest('hex')
}

function readStamp(modules) {
  try {
    return fs.readFileSync(path.join(modules, STAMP), 'utf8').trim()
  } catch (error) {
    return undefined
  }
}

/** Whole or not at all, so that a stamp never tells of more than was done. */
function writeStamp(modules, content) {
  var part = path.join(modules, STAMP + '.' + process.pid)
  fs.writeFileSync(part, content + '\n')
  fs.renameSync(part, path.join(modules, STAMP))
}

function unlink(file) {
  try {
    fs.unlinkSync(file)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

function firstLine(text) {
  return String(text || 'no reason given').split('\n')[0]
}

module.exports = { dependencies: dependencies, runtime: runtime }
