// One setup at a time in a project folder: a lock file with a heartbeat, so that the lock of a killed process does not stay.
'use strict'

var fs = require('fs')
var os = require('os')
var path = require('path')
var progress = require('./progress.cjs').progress

var HEARTBEAT_MS = 2000
/** Ten missed heartbeats: whoever held the lock is gone (or asleep, and will find its lock taken). */
var STALE_MS = 20000
var POLL_MS = 250

/** Calls `work` while holding the lock; waits for whoever holds it now. */
function withLock(file, work) {
  return acquire(file).then(function (release) {
    return new Promise(function (resolve) {
      resolve(work())
    }).then(
      function (value) {
        release()
        return value
      },
      function (error) {
        release()
        throw error
      },
    )
  })
}

function acquire(file) {
  var token = JSON.stringify({ pid: process.pid, host: os.hostname(), at: Date.now() })
  var waiting
  return new Promise(function (resolve, reject) {
    function attempt() {
      var taken
      try {
        taken = take(file, token)
      } catch (error) {
        if (waiting) waiting.stop()
        return reject(error)
      }
      if (taken) {
        if (waiting) waiting.stop()
        return resolve(hold(file, token))
      }
      if (!waiting) waiting = progress('Waiting for another setup of this folder to finish')
      removeIfStale(file)
      setTimeout(attempt, POLL_MS)
    }
    attempt()
  })
}

function take(file, token) {
  try {
    fs.writeFileSync(file, token, { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function hold(file, token) {
  var heartbeat = setInterval(function () {
    var now = new Date()
    fs.utimes(file, now, now, function () {})
  }, HEARTBEAT_MS)
  function release() {
    clearInterval(heartbeat)
    process.removeListener('exit', release)
    if (read(file) === token) remove(file)
  }
  process.on('exit', release)
  return release
}

/** Moves a dead holder's lock aside. If another waiter was quicker and what we moved is its new lock, it is put back. */
function removeIfStale(file) {
  var content = read(file)
  if (content === undefined || !isStale(file, content)) return
  var aside = path.join(path.dirname(file), path.basename(file) + '.' + process.pid)
  try {
    fs.renameSync(file, aside)
    if (read(aside) !== content) fs.linkSync(aside, file)
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error
  }
  remove(aside)
}

function isStale(file, content) {
  var holder = parse(content)
  if (holder && holder.host === os.hostname() && !isAlive(holder.pid)) return true
  try {
    return Date.now() - fs.statSync(file).mtimeMs > STALE_MS
  } catch (error) {
    return false // gone meanwhile
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code !== 'ESRCH'
  }
}

function parse(content) {
  try {
    var holder = JSON.parse(content)
    return holder && typeof holder.pid === 'number' ? holder : undefined
  } catch (error) {
    return undefined // being written, or cut off: only its age says anything
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    return undefined
  }
}

function remove(file) {
  try {
    fs.unlinkSync(file)
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
}

module.exports = { withLock: withLock }
