// Runs the program with the Node.js it needs, passes signals on, and ends as it ends.
'use strict'

var childProcess = require('child_process')
var os = require('os')
var path = require('path')

/** `node:sqlite` and type stripping still call themselves experimental; the line says nothing to whoever runs a mail server. */
var NODE_FLAGS = ['--disable-warning=ExperimentalWarning']

/**
 * A signal to the whole group has reached the child already, and cannot be told from one to this process alone: the child may get it
 * twice, this long apart, and takes the two for one. One that ends at once is not asked again.
 */
var FORWARD_DELAY_MS = 50

/** How often to look whether the caller is still there, see `endWithCaller`. */
var CALLER_POLL_MS = 500

function launch(root, node, command, args) {
  var child = childProcess.spawn(node, NODE_FLAGS.concat(program(root, command, args)), {
    stdio: 'inherit',
    cwd: command === 'run' ? process.cwd() : root,
    env: environment(root, node),
  })
  return new Promise(function (resolve, reject) {
    var ended = false
    function forward(signal) {
      // On a terminal Ctrl-C goes to parent and child alike; forwarding it would make one press look like two.
      if (signal === 'SIGINT' && isOnTerminal()) return
      setTimeout(function () {
        if (!ended) child.kill(signal)
      }, FORWARD_DELAY_MS)
    }
    ;['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
      process.on(signal, forward)
    })
    if (process.env.npm_lifecycle_event) endWithCaller(child)
    child.on('error', reject)
    child.on('exit', function (code, signal) {
      ended = true
      resolve(signal ? 128 + os.constants.signals[signal] : code)
    })
  })
}

/** `kill` on `npm start` ends npm and its shell, which tell nobody: the server would go on without an owner. */
function endWithCaller(child) {
  var caller = process.ppid
  var timer = setInterval(function () {
    if (process.ppid === caller) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, CALLER_POLL_MS)
  timer.unref()
}

function program(root, command, args) {
  if (command === 'start') return [path.join(root, 'src', 'main.ts'), 'up', '--demo'].concat(args)
  if (command === 'run') return [path.join(root, 'src', 'main.ts')].concat(args)
  return [path.join(root, 'tools', 'check.ts')].concat(command === 'test' ? ['--tests'] : [], args)
}

function isOnTerminal() {
  return Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
}

/** Everything of the caller's, with this Node.js first on PATH and a place to keep compiled code. */
function environment(root, node) {
  var env = Object.assign({}, process.env)
  env.PATH = path.dirname(node) + path.delimiter + (process.env.PATH || '')
  if (!env.NODE_COMPILE_CACHE) env.NODE_COMPILE_CACHE = path.join(root, '.cache', 'compile')
  return env
}

module.exports = { launch: launch }
