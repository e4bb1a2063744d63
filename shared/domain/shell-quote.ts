/** One word of a POSIX shell command that means exactly `text`, whatever `text` contains. */
export const shellQuoted = (text: string): string => (/^[\w./:=,+@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
