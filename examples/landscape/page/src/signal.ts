// A value that tells its listeners when it changes: what links paths, curves and the play bar.
export class Signal<T> {
  private listeners = new Set<(value: T) => void>();
  constructor(private current: T) {}

  get value(): T { return this.current; }
  set(value: T): void {
    if (value === this.current) return;
    this.current = value;
    for (const listener of this.listeners) listener(value);
  }
  listen(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

// The place under the pointer: a step, and the trace it belongs to (null: all of them).
export interface Place { step: number; trace: number | null }
export type Hover = Signal<Place | null>;
