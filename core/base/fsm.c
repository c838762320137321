#include "core/base/fsm.h"

#include <stdio.h>

bool fsm_step(const struct fsm_def *def, uint8_t *state, uint8_t event, struct fsm_history *history, void *obj,
	      void *event_data, void (*log)(void *obj, const char *line))
{
	for (size_t i = 0; i < def->nrows; i++) {
		const struct fsm_row *row = &def->rows[i];
		if (row->state != *state || row->event != event)
			continue;
		if (log != NULL) {
			char line[160];
			snprintf(line, sizeof line, "%s: %s, %s -> %s", def->name, def->states[row->state],
				 def->events[event], def->states[row->next]);
			log(obj, line);
		}
		if (history != NULL) {
			history->last[history->n % 8].state = *state;
			history->last[history->n % 8].event = event;
			history->n++;
		}
		*state = row->next;
		if (row->act != NULL)
			row->act(obj, event_data);
		return true;
	}
	return false;
}
