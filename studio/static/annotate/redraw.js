/* The face's box drawn anew: landmarks are found inside it and the model is asked again, while one goes on. */

import { callQueued } from '../calls.js';
import { announce } from './page.js';

export async function redrawFace(root, desk, box) {
  const { sheet, stage } = desk;
  stage.say('Looking inside the box', 'busy');
  try {
    const found = await callQueued('draw_box', [sheet.assignment.id, box]);
    Object.assign(sheet.item.view, found);
    if (desk.sheet !== sheet) return;
    stage.say('');
    stage.show(sheet.item);
    desk.redraw();
    desk.check();
    announce(root, 'The landmarks were found anew inside your box.');
  } catch (error) {
    if (!error.kind) throw error;
    stage.say(error.message, 'bad');
    announce(root, error.message);
  }
}
