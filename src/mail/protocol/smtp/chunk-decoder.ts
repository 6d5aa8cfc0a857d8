// The octets of BDAT chunks → content: counted, not dotted (RFC 3030 §2).
export class ChunkDecoder {}
