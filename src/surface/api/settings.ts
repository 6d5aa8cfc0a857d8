// Settings of the web page's server.

import { z } from 'zod'

export const WebSettings = z
  .object({
    allowedHosts: z
      .array(z.string())
      .default([])
      .describe(
        'Names under which a reverse proxy on this machine offers the page, such as mail.example.com. They always need the token.',
      ),
    requireToken: z
      .boolean()
      .default(false)
      .describe('Ask for the token also on this machine itself. Any address other than loopback always needs it.'),
  })
  .describe('The web page')
export type WebSettings = z.infer<typeof WebSettings>
