/** A file on its way to the lab, in pieces: the page never holds more of it than one. */
import { uploadPieceBytes } from '../../shared/contract/datasets.ts'
import { lab } from '../ipc/client.ts'

/** The id under which the lab has it, or null where `goOn`, told of the share that was sent (0 … 1), says that it is no longer wanted. */
export async function sendFile(file: File, goOn: (share: number) => boolean): Promise<string | null> {
  const { stagedId } = await lab.datasets.stage({ fileName: file.name, sizeBytes: file.size })
  for (let offset = 0; offset < file.size; offset += uploadPieceBytes) {
    if (!goOn(offset / file.size)) return null
    await lab.datasets.upload({ stagedId, offset, base64: await base64Of(file.slice(offset, offset + uploadPieceBytes)) })
  }
  return goOn(1) ? stagedId : null
}

/** A data URL is the one base64 that the browser makes by itself, away from this thread. */
function base64Of(piece: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ''))
    reader.onerror = () => reject(reader.error ?? new Error('the file cannot be read'))
    reader.readAsDataURL(piece)
  })
}
