/* What an admin decides: every one is confirmed, with a reason, and the page is asked for again afterwards. */

import { call } from '../calls.js';
import { named } from './words.js';

export class Acts {
  constructor(desk) {
    this.desk = desk;
  }

  /** task -> the promotion that this page shows in force. */
  seen() {
    return Object.fromEntries(this.desk.overview().serving.tasks.map(({ task, promotion }) => [task, promotion]));
  }

  serve(row) {
    const seen = this.seen();
    this.desk.ask({
      title: `Let revision ${row.revision} serve?`,
      words: `It answers ${row.tasks.join(' and ')} for everybody within seconds, in place of what serves now. Answers that have begun end as they began.`,
      yes: `Serve revision ${row.revision}`,
      act: (reason) => this.done('runs_serve', [row.revision, reason, seen], `Revision ${row.revision} is promoted.`),
    });
  }

  overrule(row) {
    const seen = this.seen();
    this.desk.ask({
      title: `Overrule the gate for revision ${row.revision}?`,
      words: `${row.message ?? ''} It would serve all the same, and your name and reason are kept beside it.`,
      yes: 'Serve it all the same',
      act: (reason) => this.done('runs_overrule', [row.run, reason, seen], `Revision ${row.revision} is promoted against the gate.`),
    });
  }

  rollBack(row) {
    const seen = this.seen();
    this.desk.ask({
      title: `Roll back revision ${row.revision}?`,
      words: `What answered ${row.serves.join(' and ')} before serves again within seconds: ${named(row.parent)}, if nothing else was promoted in between. Revision ${row.revision} stays here and can serve again.`,
      yes: 'Roll back',
      act: (reason) => this.done('runs_roll_back', [row.serves, reason, seen], `Revision ${row.revision} was rolled back.`),
    });
  }

  stop(run, dead) {
    this.desk.ask({
      title: dead ? `Give up run ${run}?` : `Stop run ${run}?`,
      words: dead ? 'Its process has died. Given up, the next retraining does not go on with it.' : 'It ends within seconds and is not gone on with. What serves stays.',
      yes: dead ? 'Give it up' : 'Stop it',
      reason: false,
      act: () => this.done('runs_stop', [run], `Run ${run} is asked to stop.`),
    });
  }

  /** To the card of the Data tab in which gold faces are set aside. */
  toGoldSet() {
    document.getElementById('tab-data-button')?.click();
    requestAnimationFrame(() => document.querySelector('#data [data-part=gold]')?.scrollIntoView({ block: 'center' }));
  }

  async done(name, args, words) {
    await call(name, args, { seconds: 60 });
    this.desk.say(words);
    await this.desk.refresh();
  }
}
