// Runs the program with the Node.js it needs: in this process's place where that can be, else passes signals on and ends as it ends.
'use strict'

var childProcess = require('child_process')
var os = require('os')
var path = require('path')
var sources = require('./sources.cjs')

/** `node:sqlite` and type stripping still call themselves experimental; the line says nothing to whoever runs a mail server. */
var NODE_FLAGS = ['--disable-warning=ExperimentalWarning']

/**
 * For glibc's allocator: two arenas for all threads (by itself it would take eight for each processor and give little of them back), and
 * pieces of large messages in memory of their own, which goes back to the system with them.
 */
var MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '262144', MALLOC_TRIM_THRESHOLD_: '1048576' }

/**
 * A signal to the whole group has reached the child already, and cannot be told from one to this process alone: the child may get it
 * twice, this long apart, and takes the two for one. One that ends at once is not asked again.
 */
var FORWARD_DELAY_MS = 50

/** How often to look whether the caller is still there, see `endWithCaller`. */
var CALLER_POLL_MS = 500

function launch(root, node, command, args) {
  var server = command === 'start' || (command === 'run' && args[0] === 'up')
  if (command === 'start' || command === 'run') prepareSources(node)
  var line = flags(command, server).concat(program(root, command, args))
  var cwd = command === 'run' ? process.cwd() : root
  if (typeof process.execve === 'function') takeItsPlace(node, line, cwd, environment(root, node, server))
  var child = childProcess.spawn(node, line, { stdio: 'inherit', cwd: cwd, env: environment(root, node, server) })
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

/** Does not return. Nobody waits beside the program with 45 MB of his own, and signals need no way round. */
function takeItsPlace(node, line, cwd, env) {
  process.chdir(cwd)
  process.emitWarning = function () {} // it would say that this is experimental
  process.execve(node, [node].concat(line), env)
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
  if (command === 'tool') return [path.resolve(root, args[0])].concat(args.slice(1))
  if (command === 'format')
    return [path.join(root, 'node_modules', '@biomejs', 'biome', 'bin', 'biome'), 'check', '--write'].concat(args)
  return [path.join(root, 'tools', 'check.ts')].concat(command === 'test' ? ['--tests'] : [], args)
}

/** Once, and after a change of the sources; by a process of its own, which is as large as the server would else be for ever. */
function prepareSources(node) {
  try {
    if (sources.missing().length > 0)
      childProcess.spawnSync(node, NODE_FLAGS.concat(path.join(__dirname, 'sources.cjs')), { stdio: 'ignore' })
  } catch (error) {
    // The program can do it as well.
  }
}

/** The server also gets leave to tidy its memory once it is up (src/platform/node/memory.ts). */
function flags(command, server) {
  if (command !== 'start' && command !== 'run') return NODE_FLAGS
  return NODE_FLAGS.concat(server ? ['--expose-gc'] : [], ['--require', path.join(__dirname, 'preload.cjs')])
}

function isOnTerminal() {
  return Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY)
}

/**
 * Everything of the caller's, with this Node.js first on PATH. What begins and ends has a place to keep compiled code; a server does not:
 * each of its threads would hold a copy of it for as long as it lives (docs/decisions/0003-memory.md).
 */
function environment(root, node, server) {
  var env = Object.assign({}, process.env)
  env.PATH = path.dirname(node) + path.delimiter + (process.env.PATH || '')
  if (server) {
    env.NODE_DISABLE_COMPILE_CACHE = '1'
    Object.keys(MALLOC).forEach(function (name) {
      if (!env[name]) env[name] = MALLOC[name]
    })
  } else if (!env.NODE_COMPILE_CACHE) env.NODE_COMPILE_CACHE = path.join(root, '.cache', 'compile')
  return env
}

module.exports = { launch: launch }
