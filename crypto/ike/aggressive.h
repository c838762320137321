/* Aggressive Mode: what it offers the engine's other files. */
#ifndef CRYPTO_IKE_AGGRESSIVE_H
#define CRYPTO_IKE_AGGRESSIVE_H

#include "crypto/ike/engine.h"

/* The rows' functions. */
enum ike_verdict am_in1(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict am_in2(struct ike_xchg *x, struct ike_msg *m);
enum ike_verdict am_in3(struct ike_xchg *x, struct ike_msg *m);
/* We begin it, for mm_begin(): sa is there, its policy is set. */
void am_begin(struct ike_sa *sa);
/* The peer goes on before its third message has come: that one is lost, and a repetition of ours brings it again. */
void am_ask_again(struct ike_sa *sa);
/* The phase 1 of an SA is Aggressive Mode. Before anything is said about it. */
void am_mark(struct ike_sa *sa);

#endif
