export interface Note {
  readonly id: number;
  readonly text: string;
}

/** Notes in memory, numbered from 1. */
export class NoteStore {
  readonly #notes = new Map<number, Note>();
  #nextId = 1;

  list(): readonly Note[] {
    return [...this.#notes.values()];
  }

  add(text: string): Note {
    const note = { id: this.#nextId++, text };
    this.#notes.set(note.id, note);
    return note;
  }

  /** Whether there was such a note. */
  remove(id: number): boolean {
    return this.#notes.delete(id);
  }
}
