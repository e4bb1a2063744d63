/** The two ways of a file into the window: dropped on an area, or chosen in the system's dialog. */
import { useRef, useState } from 'react'
import type { DragEvent, ReactNode } from 'react'

interface FileInput {
  /** For the element on which files may be dropped; `data-over` while one hovers. */
  dropArea: {
    'data-over': true | undefined
    onDragOver: (event: DragEvent) => void
    onDragLeave: () => void
    onDrop: (event: DragEvent) => void
  }
  /** Opens the dialog. */
  choose: () => void
  /** Invisible; belongs somewhere in the page. */
  input: ReactNode
}

/** `label` names the input; `accept` as HTML has it. `take` gets the first file, the same one again too. */
export function useFileInput(label: string, accept: string, take: (file: File) => void): FileInput {
  const picker = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  return {
    dropArea: {
      'data-over': over || undefined,
      onDragOver: (event) => {
        event.preventDefault()
        setOver(true)
      },
      onDragLeave: () => setOver(false),
      onDrop: (event) => {
        event.preventDefault()
        setOver(false)
        const dropped = event.dataTransfer.files[0]
        if (dropped) take(dropped)
      },
    },
    choose: () => picker.current?.click(),
    input: (
      <input
        ref={picker}
        type="file"
        accept={accept}
        hidden
        aria-label={label}
        onChange={(event) => {
          const chosen = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (chosen) take(chosen)
        }}
      />
    ),
  }
}
