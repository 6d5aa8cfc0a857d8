// The program's sources without their types, kept in .cache: what Node.js brings to strip types takes some 25 MB of each thread that
// meets one file it has not seen. A kept file carries time and size of its source in its name, so a changed source is never mixed up.
//
//   node tools/bootstrap/sources.cjs     strips what is not there yet (a process of its own, so that nobody else grows by it)
'use strict'

var fs = require('fs')
var path = require('path')

var ROOT = path.resolve(__dirname, '..', '..')
var KEPT = path.join(ROOT, '.cache', 'sources')

/** What to run for the file: as it was kept, or stripped now. */
function stripped(file) {
  var kept = keptName(file, fs.statSync(file))
  return read(kept) || strip(file, kept)
}

function keptName(file, stat) {
  return path.join(
    KEPT,
    path.relative(ROOT, file) + '.' + Math.floor(stat.mtimeMs).toString(36) + '-' + stat.size.toString(36) + '.js',
  )
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch (error) {
    return undefined
  }
}

function strip(file, kept) {
  var text = require('module').stripTypeScriptTypes(fs.readFileSync(file, 'utf8'))
  try {
    keep(kept, text)
  } catch (error) {
    // An installation that cannot be written runs as well, only larger.
  }
  return text
}

/** Whole or not at all; older ones of the same source go. */
function keep(kept, text) {
  var folder = path.dirname(kept)
  fs.mkdirSync(folder, { recursive: true })
  var own = path.basename(kept)
  var source = own.slice(0, own.indexOf('.ts.') + 4)
  fs.readdirSync(folder).forEach(function (name) {
    if (name.indexOf(source) === 0) fs.rmSync(path.join(folder, name), { force: true })
  })
  var part = kept + '.' + process.pid
  fs.writeFileSync(part, text)
  fs.renameSync(part, kept)
}

/** What the program may load: not its tests. */
function programFiles(folder) {
  var found = []
  fs.readdirSync(folder, { withFileTypes: true }).forEach(function (entry) {
    var file = path.join(folder, entry.name)
    if (entry.isDirectory()) found = found.concat(/^(testing|simulated)$/.test(entry.name) ? [] : programFiles(file))
    else if (/\.ts$/.test(entry.name) && !/(\.test|testing|\.d)\.ts$/.test(entry.name)) found.push(file)
  })
  return found
}

/** Sources that nobody has stripped yet. Some milliseconds: looks at names only. */
function missing() {
  return programFiles(path.join(ROOT, 'src')).filter(function (file) {
    return !fs.existsSync(keptName(file, fs.statSync(file)))
  })
}

module.exports = { missing: missing, stripped: stripped }

if (require.main === module) missing().forEach(stripped)
