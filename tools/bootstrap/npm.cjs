// Finds npm, runs it inside one folder of the project, and turns its failures into plain words.
'use strict'

var childProcess = require('child_process')
var fs = require('fs')
var path = require('path')
var problem = require('./problem.cjs').problem

/** Enough of npm's output to find the cause in; the rest is in the log file. */
var OUTPUT_BYTES_MAX = 256 * 1024

/**
 * Flags that hold whatever the user's own configuration says. The registry, proxy and certificates stay the user's. The cache is inside
 * the project because nothing else may be written, and because a home folder need not exist.
 */
function flags(root) {
  return [
    '--no-global',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--no-progress',
    '--loglevel=error',
    '--include=optional',
    '--fetch-retries=3',
    '--fetch-retry-mintimeout=1000',
    '--fetch-retry-maxtimeout=8000',
    '--cache=' + cacheFolder(root),
    '--logs-max=0',
  ]
}

function cacheFolder(root) {
  return path.join(root, '.cache', 'npm')
}

/** `npm <args>` in `folder`. Resolves when it succeeded, rejects with a problem. */
function npm(root, folder, args) {
  var command = findNpm()
  var log = path.join(root, '.cache', 'setup.log')
  var all = command.slice(1).concat(args, flags(root), '--prefix=' + folder)
  return new Promise(function (resolve, reject) {
    var output = ''
    var child = childProcess.spawn(command[0], all, { cwd: folder, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
    var forward = forwardSignals(child)
    function collect(chunk) {
      output = (output + chunk).slice(-OUTPUT_BYTES_MAX)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', function (error) {
      forward.stop()
      reject(problem(77, 'npm could not be started: ' + error.message, 'Try `npm --version` in this folder.'))
    })
    child.on('close', function (code, signal) {
      forward.stop()
      writeLog(log, 'npm ' + args.join(' ') + '\n' + output)
      if (code === 0) resolve()
      else if (signal || forward.received)
        reject(problem(forward.exitCode(), 'Setting up was interrupted.', 'Start again: it goes on from what is there.'))
      else reject(explain(output, log))
    })
  })
}

/** Ctrl-C during an installation: npm gets it from the terminal too; we wait for it and then say so. */
function forwardSignals(child) {
  var numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }
  var state = { received: undefined, stop: stop, exitCode: exitCode }
  function onSignal(signal) {
    state.received = signal
    child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal)
  }
  function stop() {
    Object.keys(numbers).forEach(function (signal) {
      process.removeListener(signal, onSignal)
    })
  }
  function exitCode() {
    return 128 + (numbers[state.received] || 15)
  }
  Object.keys(numbers).forEach(function (signal) {
    process.on(signal, onSignal)
  })
  return state
}

/** The program and first arguments that start npm: the one that called us, the one on PATH, or the one beside this Node.js. */
function findNpm() {
  var caller = process.env.npm_execpath
  if (caller && path.basename(caller) === 'npm-cli.js' && fs.existsSync(caller)) return [process.execPath, caller]
  var folders = String(process.env.PATH || '').split(path.delimiter)
  for (var i = 0; i < folders.length; i++) {
    if (folders[i] && isExecutable(path.join(folders[i], 'npm'))) return [path.join(folders[i], 'npm')]
  }
  throw problem(
    73,
    'npm was not found on PATH; it is needed once, to fetch what Posthorn is built on.',
    'npm comes with Node.js from https://nodejs.org/. Some Linux distributions package it apart: apt install npm, apk add npm.',
  )
}

function isExecutable(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return fs.statSync(file).isFile()
  } catch (error) {
    return false
  }
}

/** Without what an outer npm (`npm start`) tells about its own run: `npm start --json` must not change this installation. */
function environment() {
  var env = {}
  Object.keys(process.env).forEach(function (name) {
    if (
      /^npm_(package|lifecycle)_|^npm_config_(local_prefix|json|omit|only|include|production|save|ignore_scripts|cache)$/.test(
        name,
      )
    )
      return
    if (name === 'NODE_ENV') return // `production` would leave out what the tests need
    env[name] = process.env[name]
  })
  return env
}

var CAUSES = [
  [
    /ENOSPC|no space left/i,
    76,
    'The disk is full.',
    'Make room (about 600 MB are needed for everything, 250 MB to run) and start again.',
  ],
  [
    /EUSAGE|can only install with an existing package-lock|package\.json and package-lock\.json.* are (not )?in sync/i,
    74,
    'package-lock.json is missing or does not fit package.json.',
    'Restore it: git checkout package-lock.json package.json runtime',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|FETCH_ERROR|socket hang up|network/i,
    75,
    'The npm registry cannot be reached.',
    'Check the network, or, behind a proxy or with a registry of your own, npm’s settings:\nnpm config get registry; npm config get https-proxy; npm ping',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_|certificate/i,
    75,
    'The certificate of the npm registry is not trusted here.',
    'Where a proxy inspects TLS, tell npm its certificate: npm config set cafile /path/to/ca.pem',
  ],
  [
    /\bE401\b|\bE403\b|\bE407\b/,
    75,
    'The npm registry (or a proxy on the way) refused access.',
    'Check the credentials in ~/.npmrc: npm whoami; npm ping',
  ],
  [
    /\bE404\b|ETARGET|\bE5\d\d\b/,
    75,
    'The npm registry did not have a package that is needed.',
    'If a mirror is configured, it may be behind: npm config get registry',
  ],
  [
    /EINTEGRITY/,
    75,
    'A downloaded package is not the one the lock file names.',
    'It may have been damaged or changed on the way. Start again; if it stays, check the registry that is configured.',
  ],
  [
    /EACCES|EPERM|EROFS/,
    72,
    'npm was not allowed to write in this folder.',
    'Start as the user who owns the folder, or change its owner.',
  ],
]

function explain(output, log) {
  for (var i = 0; i < CAUSES.length; i++) {
    if (CAUSES[i][0].test(output))
      return problem(CAUSES[i][1], CAUSES[i][2], CAUSES[i][3] + '\nWhat npm said: ' + firstError(output) + '\nAll of it: ' + log)
  }
  return problem(77, 'Installing with npm failed.', 'What npm said: ' + firstError(output) + '\nAll of it: ' + log)
}

function firstError(output) {
  var lines = output.split('\n').filter(function (line) {
    return /^npm (ERR!|error) \S/.test(line) && !/^npm (ERR!|error) (code|errno|syscall|path)\b/.test(line)
  })
  return (lines[0] || output.split('\n')[0] || '(nothing)').replace(/^npm (ERR!|error) /, '').slice(0, 300)
}

function writeLog(file, text) {
  try {
    fs.writeFileSync(file, text)
  } catch (error) {
    // The log is a courtesy: the cause is already on its way to the screen.
  }
}

module.exports = { npm: npm, findNpm: findNpm, cacheFolder: cacheFolder, explain: explain }
