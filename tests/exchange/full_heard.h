/* What debug and log tell while a test listens, and what they are expected to. */
#ifndef TESTS_EXCHANGE_FULL_HEARD_H
#define TESTS_EXCHANGE_FULL_HEARD_H

#include "core/base/debug.h"
#include "core/base/out.h"
#include "tests/shape/sample.h"

extern struct out heard, logged; /* lines of debug, messages of the log, since listen_all */
extern struct debug_sink ear;    /* who hears: for a test that sets conditions */

/* To every debug at its highest level, without conditions, and to the whole log. */
void listen_all(void);
void listen_no_more(void);
/* Each of n samples is a line of what was said, but for the things that differ (tests/shape). */
void expect_said(const struct out *said, const char *const *samples, size_t n);
/* The same of a sample of the documentation. */
void expect_sample(const struct out *said, const char *name, const struct sample_swap *swaps, size_t n);
/* Each of n texts stands in what was heard, as it is. */
void expect_heard(const char *const *texts, size_t n);
/* Of each line of what was heard what stands behind the peer's address. The caller frees texts. */
void heard_texts(struct out *texts);

#define EXPECT(said, table)              expect_said(said, table, sizeof(table) / sizeof((table)[0]))
#define EXPECT_SAMPLE(said, name, swaps) expect_sample(said, name, swaps, sizeof(swaps) / sizeof((swaps)[0]))
#define EXPECT_HEARD(texts)              expect_heard(texts, sizeof(texts) / sizeof((texts)[0]))

#endif
