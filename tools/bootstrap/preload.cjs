// Given to the program with `--require`, which its threads inherit: sources are loaded without their types, from where they are kept.
'use strict'

var path = require('path')
var url = require('url')
var sources = require('./sources.cjs')

var SRC = url.pathToFileURL(path.resolve(__dirname, '..', '..', 'src') + path.sep).href

require('module').registerHooks({
  load: function (address, context, next) {
    if (address.indexOf(SRC) !== 0 || !/\.ts$/.test(address)) return next(address, context)
    return { format: 'module', shortCircuit: true, source: sources.stripped(url.fileURLToPath(address)) }
  },
})

/** How often to look whether npm is still there. */
var CALLER_POLL_MS = 500

// `kill` on `npm start` ends npm and its shell, which tell nobody: the server would go on without an owner.
if (process.env.npm_lifecycle_event && require('worker_threads').isMainThread) endWithCaller(process.ppid)

function endWithCaller(caller) {
  var timer = setInterval(function () {
    if (process.ppid === caller) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  }, CALLER_POLL_MS)
  timer.unref()
}
