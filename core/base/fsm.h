/* State machines as tables: one row per (state, event), in the order of the RFC. */
#ifndef CORE_BASE_FSM_H
#define CORE_BASE_FSM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fsm_row {
	uint8_t state, event, next;
	void (*act)(void *obj, void *event_data); /* NULL = only the transition */
};

struct fsm_def {
	const char *name;
	const char *const *states;
	const char *const *events;
	const struct fsm_row *rows;
	size_t nrows;
};

/* The last transitions, for `show` and error reports. */
struct fsm_history {
	struct {
		uint8_t state, event;
	} last[8];
	uint8_t n; /* how many ever, modulo 256 */
};

/* Looks (state, event) up, sets *state to the next state first, then calls the action (which may run further
 * events). Returns false when the table has no row: nothing was done. log (may be NULL) gets
 * "name: STATE, EVENT -> NEXT". */
bool fsm_step(const struct fsm_def *def, uint8_t *state, uint8_t event, struct fsm_history *history, void *obj,
	      void *event_data, void (*log)(void *obj, const char *line));

#endif
