// Says on standard error what is going on: a live line with the elapsed time on a terminal, plain lines elsewhere.
'use strict'

var FRAME_MS = 100
/** Where nobody sees a line move, a sign of life every so often. */
var PLAIN_MS = 15000

function progress(what) {
  var startedAt = Date.now()
  var live = Boolean(process.stderr.isTTY)
  function seconds() {
    return Math.round((Date.now() - startedAt) / 1000) + ' s'
  }
  if (!live) process.stderr.write('posthorn: ' + what + ' …\n')
  var timer = setInterval(
    function () {
      if (live) process.stderr.write('\r\x1b[2K' + what + ' … ' + seconds())
      else process.stderr.write('posthorn: ' + what + ' … ' + seconds() + '\n')
    },
    live ? FRAME_MS : PLAIN_MS,
  )
  return {
    done: function (result) {
      clearInterval(timer)
      if (live) process.stderr.write('\r\x1b[2K' + what + ': ' + result + ' (' + seconds() + ')\n')
      else process.stderr.write('posthorn: ' + what + ': ' + result + ' (' + seconds() + ')\n')
    },
    stop: function () {
      clearInterval(timer)
      if (live) process.stderr.write('\r\x1b[2K')
    },
  }
}

module.exports = { progress: progress }
