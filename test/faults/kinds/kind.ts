import type { Stage } from '../stage.ts';

/** A way to break something. It is done when the thing is whole again, though its consequences may not be over. */
export interface Fault {
  name: string;
  /** @throws where it could not be brought about: then nothing was shown */
  inject(stage: Stage): Promise<void>;
  /** Done beside the others, as it takes a run of dbt. */
  slow?: true;
  /** It ends APIs or holds them up: no other that does may be under way. */
  alone?: true;
  /** Where it cannot be brought about at all. */
  needs?: (stage: Stage) => boolean;
}
