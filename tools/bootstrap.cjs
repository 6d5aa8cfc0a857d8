// Sets up the project without anything installed, then runs it: `node tools/bootstrap.cjs start|test|check|format|tool|run [arguments]`.
// Plain old JavaScript on purpose, so that a Node.js too old for the project still reads this file and is told so in words.
//
//   start   installs what running needs, then the whole server with a demo domain      (npm start)
//   run     the same, then the command line as given                                   (bin/posthorn)
//   check   installs everything, then types, lint, architecture, tidy, unused code      (npm run check)
//   test    installs everything, then the checks and every test                         (npm test)
//   format  installs everything, then formats, and mends what the linter can mend       (npm run format)
//   tool    installs everything, then a TypeScript file of the project with its arguments, such as tools/settings.ts --write
//
// Exit codes: the program's own, or, when it could not be started:
//   64 wrong command    70 platform not supported    71 Node.js too old     72 folder not writable   73 npm missing
//   74 lock file missing or out of step    75 registry not reachable, try again    76 disk full    77 installation failed
// Progress goes to standard error alone; standard output belongs to the program.
'use strict'

var path = require('path')
var problems = require('./bootstrap/problem.cjs')

var ROOT = path.resolve(__dirname, '..')
var COMMANDS = ['start', 'run', 'check', 'test', 'format', 'tool']

function main(command, args) {
  if (COMMANDS.indexOf(command) === -1) {
    return Promise.reject(
      problems.problem(64, 'Unknown command: ' + (command || '(none)') + '.', 'Use one of: ' + COMMANDS.join(', ') + '.'),
    )
  }
  if (command === 'tool' && !args[0]) {
    return Promise.reject(
      problems.problem(64, 'Which tool?', 'Name a file: node tools/bootstrap.cjs tool tools/settings.ts --write'),
    )
  }
  require('./bootstrap/machine.cjs').checkMachine()
  return require('./bootstrap/setup.cjs')
    .setUp(ROOT, command === 'start' || command === 'run' ? 'run' : 'all')
    .then(function (node) {
      return require('./bootstrap/launch.cjs').launch(ROOT, node, command, args)
    })
}

// `npm start -- --port-base 20000` arrives without the `--`; `node tools/bootstrap.cjs start -- --port-base 20000` with it.
var given = process.argv.slice(3)
if (process.argv[2] !== 'run' && process.argv[2] !== 'tool' && given[0] === '--') given = given.slice(1)

new Promise(function (resolve) {
  resolve(main(process.argv[2], given))
}).then(
  function (code) {
    process.exitCode = code
  },
  function (error) {
    process.stderr.write(problems.words(error))
    process.exitCode = problems.exitCode(error)
  },
)
