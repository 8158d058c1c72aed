import { timeseries } from '../grafana.ts';
import { here, ofConsumers } from './series.ts';

export const filesAndQueue = [
  timeseries({
    title: 'Files by state',
    unit: 'short',
    description:
      'All files of the ledger. received and loading should empty; failed and rejected should not grow; superseded are replaced snapshots, which is as it should be.',
    queries: [[`max by (state) (${here('waymark_files')})`, '{{state}}']],
    width: 6,
    stacked: true,
  }),
  timeseries({
    title: 'Queue',
    unit: 'short',
    description:
      'Messages that wait in RabbitMQ (ready) and that consumers have in hand (unacked). Ready messages with no consumer: look at the ScaledObject. A gap: the management API does not answer.',
    queries: [
      [`max(${here('waymark_queue_messages_ready')})`, 'ready'],
      [`max(${here('waymark_queue_messages_unacked')})`, 'unacked'],
    ],
    width: 6,
  }),
  timeseries({
    title: 'Consumers',
    unit: 'short',
    description:
      'Consumers at the queue as RabbitMQ counts them, and consumer processes that Prometheus reaches. None is right while nothing waits: KEDA starts them. Processes that do not consume cannot reach RabbitMQ.',
    queries: [
      [`max(${here('waymark_queue_consumers')})`, 'at the queue'],
      [ofConsumers(`count(${here('waymark_consumer_capacity_files')})`), 'processes'],
    ],
    width: 6,
  }),
  timeseries({
    title: 'Files in hand',
    unit: 'short',
    description:
      'Files being loaded, and how many the consumers could load side by side. At the limit all the time: raise the number of consumers, or their prefetch.',
    queries: [
      [ofConsumers(`sum(${here('waymark_consumer_busy_files')})`), 'loading'],
      [ofConsumers(`sum(${here('waymark_consumer_capacity_files')})`), 'capacity'],
    ],
    width: 6,
  }),
];
