// The bytes after DATA → content: dots un-stuffed, the end found at CRLF "." CRLF and nowhere else (RFC 5321 §4.1.1.4).
export class DataDecoder {}
