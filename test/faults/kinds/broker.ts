import assert from 'node:assert/strict';
import { connect } from 'amqplib';
import { EXCHANGE, encodeMessage, QUEUE } from '../../../src/queue/topology.ts';
import { untilDone } from '../servers.ts';
import type { Stage } from '../stage.ts';
import type { Fault } from './kind.ts';

const COPIES = 30;

/** Sends a file that must be answered at once, whoever is away. */
async function acceptedAtOnce(stage: Stage): Promise<void> {
  const made = stage.make({ rows: 20 });
  const answer = await stage.sender.try(made);
  assert.equal(answer.status, 202, 'uploads are accepted while the broker is away');
  stage.sender.remember(made, answer.body.id!);
}

const away = (name: string, meanwhile: (stage: Stage) => Promise<void>): Fault => ({
  name,
  async inject(stage) {
    const consumer = await stage.standing('consumer', 'load.begun', () => stage.send({ rows: 40 }));
    await Promise.all([stage.send({ rows: 20 }), stage.send({ rows: 20 })]);
    await stage.broker.stop();
    consumer.go('load.begun');
    await acceptedAtOnce(stage);
    await meanwhile(stage);
    await stage.startBroker();
  },
});

export const brokerFaults: Fault[] = [
  away('RabbitMQ stops with ready and unacked messages, and files are sent while it is away', async () => {}),
  away('RabbitMQ loses its data', async (stage) => {
    await stage.broker.wipe();
    stage.wipedAt = new Date();
  }),
  {
    name: 'the queue is deleted',
    async inject(stage) {
      await untilDone(() => stage.broker.deleteQueue(QUEUE), 'the queue to be there');
      await stage.send({ rows: 20 });
    },
  },
  {
    name: 'every connection to RabbitMQ is cut',
    async inject(stage) {
      stage.wire('amqp').cut();
      await stage.send({ rows: 20 });
    },
  },
  {
    name: 'every connection to RabbitMQ is cut while a file is loaded',
    async inject(stage) {
      const consumer = await stage.standing('consumer', 'load.copied', () => stage.send({ rows: 40 }));
      stage.wire('amqp').cut();
      consumer.go('load.copied');
    },
  },
  {
    name: `one message is delivered ${COPIES} times at once`,
    async inject(stage) {
      const { id, client, fileType } = await stage.send({ rows: 300 });
      const connection = await untilDone(
        () => connect(stage.broker.settings.AMQP_URL),
        'the broker to answer',
      );
      const channel = await connection.createConfirmChannel();
      for (let copy = 0; copy < COPIES; copy++)
        channel.publish(EXCHANGE, `file.${client}.${fileType}`, encodeMessage(id), { persistent: true });
      await channel.waitForConfirms();
      await connection.close();
    },
  },
  {
    name: 'an API is killed when the broker has its messages and the outbox does not know',
    alone: true,
    async inject(stage) {
      const api = await stage.standing('api', 'relay.confirmed', () => stage.send({ rows: 20 }));
      await api.kill();
      await api.start();
    },
  },
  {
    name: 'one relay stands still on its messages while the other goes on',
    alone: true,
    async inject(stage) {
      const api = await stage.standing('api', 'relay.confirmed', () => stage.send({ rows: 20 }));
      const other = stage.of('api').find((each) => each !== api)!;
      const made = stage.make({ rows: 20 });
      const answer = await stage.sender.try(made, other.url);
      assert.equal(answer.status, 202, 'the other API accepts');
      stage.sender.remember(made, answer.body.id!);
      api.go('relay.confirmed');
    },
  },
];
