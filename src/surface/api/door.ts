// The small page in front of the page: asks for the token.

export function doorHtml(problem?: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Posthorn</title>
<link rel="icon" href="/icon.svg">
</head>
<body>
<main>
<h1>Posthorn</h1>
<p>This page needs its token. It stands in the file <code>web-token</code> in the server’s data folder.</p>
${problem ? `<p role="alert"><strong>${problem}</strong></p>` : ''}
<form method="post" action="/token">
<label>Token <input name="token" type="password" autocomplete="current-password" required autofocus></label>
<button>Open</button>
</form>
</main>
</body>
</html>
`
}
