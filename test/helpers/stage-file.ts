/** A file on its way into a lab as the page sends it: in pieces, then looked at. */
import type { ContractRouterClient } from '@orpc/contract'
import { uploadPieceBytes } from '../../shared/contract/datasets.ts'
import type { LabContract } from '../../shared/contract/index.ts'
import type { DatasetPreview } from '../../shared/domain/dataset.ts'

export async function stageFile(
  { datasets }: Pick<ContractRouterClient<LabContract>, 'datasets'>,
  fileName: string,
  content: string | Uint8Array,
): Promise<{ stagedId: string; preview: DatasetPreview }> {
  const bytes = Buffer.from(content as Uint8Array)
  const { stagedId } = await datasets.stage({ fileName, sizeBytes: bytes.byteLength })
  for (let offset = 0; offset < bytes.byteLength; offset += uploadPieceBytes) {
    await datasets.upload({ stagedId, offset, base64: bytes.subarray(offset, offset + uploadPieceBytes).toString('base64') })
  }
  return { stagedId, preview: await datasets.inspect({ stagedId }) }
}
