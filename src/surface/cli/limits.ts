// Bounds of the command line.

/** Where a terminal does not say how wide it is, and the widest at which running text is still easy to read. */
export const COLUMNS_DEFAULT = 80
export const COLUMNS_TEXT_MAX = 110

/** A password is one line. */
export const PASSWORD_LINE_BYTES_MAX = 4096

/** How much of a message is looked at to tell whether it has a header. Far more than people's programs write before the empty line. */
export const HEADER_LOOK_BYTES = 64 * 1024
