import type { Wish } from '../files.ts';
import type { Fault } from './kind.ts';

const changed = (wish: Wish, what: string): Fault => ({
  name: `the stored bytes of ${what} are changed after it was accepted`,
  async inject(stage) {
    const consumers = stage.of('consumer');
    for (const consumer of consumers) consumer.signal('SIGSTOP');
    try {
      const sent = await stage.send(wish);
      await stage.tamper(sent.id);
    } finally {
      for (const consumer of consumers) consumer.signal('SIGCONT');
    }
  },
});

export const bytesFaults: Fault[] = [
  changed({ rows: 60, format: 'csv' }, 'a CSV file'),
  changed({ rows: 60, odd: true }, 'a CSV file with a record that is no row'),
  changed({ rows: 60, format: 'xlsx' }, 'a workbook'),
  {
    name: 'the stored bytes are changed while they are loaded',
    async inject(stage) {
      const made = stage.make({ rows: 60, format: 'csv' });
      const consumer = await stage.standing('consumer', 'load.begun', () => stage.sender.send(made));
      // Whichever file it is: its rows are read only from there on.
      await stage.tamper(consumer.file!);
      consumer.go('load.begun');
    },
  },
];
