/** Hands a text (or a picture, a PDF) over as a file: a download in the browser, the system's “save as” on the desktop. */
export function saveText({ fileName, mediaType, text }: { fileName: string; mediaType: string; text: BlobPart }): void {
  const address = URL.createObjectURL(new Blob([text], { type: mediaType }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  // The download has begun once the click is handled; a minute leaves room for a dialogue.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
