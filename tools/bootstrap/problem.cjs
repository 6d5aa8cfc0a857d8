// A reason why the project cannot be set up, said to a person: what is wrong, then what to do.
'use strict'

/** `advice` may have several lines. */
function problem(code, what, advice) {
  var error = new Error(what)
  error.posthornExitCode = code
  error.advice = advice
  return error
}

function words(error) {
  if (error && error.posthornExitCode) return '\nPosthorn: ' + error.message + '\n' + indent(error.advice) + '\n'
  // A defect of the bootstrap itself; the place is worth more to the reader of a report than a polite sentence.
  var where = error && error.stack ? String(error.stack).split('\n')[1] : ''
  return (
    '\nPosthorn: setting up failed in an unforeseen way: ' +
    (error && error.message ? error.message : String(error)) +
    '\n' +
    where +
    '\n'
  )
}

function exitCode(error) {
  return (error && error.posthornExitCode) || 77
}

function indent(text) {
  return String(text || '')
    .split('\n')
    .map(function (line) {
      return '  ' + line
    })
    .join('\n')
}

module.exports = { problem: problem, words: words, exitCode: exitCode }
