import { apiFaults } from './api.ts';
import { brokerFaults } from './broker.ts';
import { bytesFaults } from './bytes.ts';
import { consumerFaults } from './consumer.ts';
import { diskFaults } from './disk.ts';
import type { Fault } from './kind.ts';
import { postgresFaults, takesFewerRows } from './postgres.ts';
import { runFaults } from './runs.ts';

export const FAULTS: Fault[] = [
  ...consumerFaults,
  ...postgresFaults,
  takesFewerRows,
  ...brokerFaults,
  ...apiFaults,
  ...diskFaults,
  ...bytesFaults,
  ...runFaults,
];
