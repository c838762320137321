/* What the engine counts. */
#ifndef CRYPTO_IKE_COUNTS_H
#define CRYPTO_IKE_COUNTS_H

/* Counters of show crypto ikev1 stats. */
#define IKE_STAT_LIST(X)                              \
	X(ACTIVE, "Active Tunnels")                   \
	X(PREVIOUS, "Previous Tunnels")               \
	X(IN_OCTETS, "In Octets")                     \
	X(IN_PACKETS, "In Packets")                   \
	X(IN_DROPS, "In Drop Packets")                \
	X(IN_NOTIFYS, "In Notifys")                   \
	X(IN_P2, "In P2 Exchanges")                   \
	X(IN_P2_INVALID, "In P2 Exchange Invalids")   \
	X(IN_P2_REJECT, "In P2 Exchange Rejects")     \
	X(IN_P2_DELETE, "In P2 Sa Delete Requests")   \
	X(OUT_OCTETS, "Out Octets")                   \
	X(OUT_PACKETS, "Out Packets")                 \
	X(OUT_DROPS, "Out Drop Packets")              \
	X(OUT_NOTIFYS, "Out Notifys")                 \
	X(OUT_P2, "Out P2 Exchanges")                 \
	X(OUT_P2_INVALID, "Out P2 Exchange Invalids") \
	X(OUT_P2_REJECT, "Out P2 Exchange Rejects")   \
	X(OUT_P2_DELETE, "Out P2 Sa Delete Requests") \
	X(INITIATOR_TUNNELS, "Initiator Tunnels")     \
	X(INITIATOR_FAILS, "Initiator Fails")         \
	X(RESPONDER_FAILS, "Responder Fails")         \
	X(CAPACITY_FAILS, "System Capacity Fails")    \
	X(AUTH_FAILS, "Auth Fails")                   \
	X(DECRYPT_FAILS, "Decrypt Fails")             \
	X(HASH_FAILS, "Hash Valid Fails")             \
	X(NO_SA_FAILS, "No Sa Fails")

enum ike_stat {
#define X(name, text) STAT_##name,
	IKE_STAT_LIST(X)
#undef X
	        STAT_N
};

/* Messages that were passed over in silence, for their sender to repeat: no negotiation begins at the limit, at the
 * share of its address, at the rate of its address, while Diffie-Hellman has a backlog; none goes on while its queue is full.
 * Answers of our own: one that is longer than three times what an address has sent that has not proved to be there. */
#define IKE_PUT_OFF_LIST(X)                     \
	X(LIMIT, "Put Off At Limit")            \
	X(ADDRESS, "Put Off At Address Share")  \
	X(BACKLOG, "Put Off At Backlog")        \
	X(DH_FULL, "Put Off At Full Queue")     \
	X(CHECKS, "Put Off At Full Checks")     \
	X(RATE, "Put Off At Address Rate")      \
	X(UNPROVED, "Put Off At Three Times Asked")

/* Why messages were dropped; all of them together are In Drop Packets. */
#define IKE_DROP_LIST(X)                              \
	X(HEADER, "Drop Header")                      \
	X(FIRST, "Drop First Message")                \
	X(ADMISSION, "Drop At Session Limit")         \
	X(NO_SA, "Drop No Sa")                        \
	X(EXCHANGE, "Drop Exchange Type")             \
	X(EARLY, "Drop Before Phase 1 Is Complete")   \
	X(CLEAR, "Drop In Clear")                     \
	X(TURN, "Drop Out Of Turn")                   \
	X(PAYLOADS, "Drop Payloads")                  \
	X(HASH, "Drop Hash")                          \
	X(FRAGMENT, "Drop Fragment")                  \
	X(FRAGMENTS, "Drop Fragments At Ceiling")     \
	X(FRAGMENTS_SHARE, "Drop Fragments At Address Share")

enum ike_drop {
#define X(name, text) IKE_DROP_##name,
	IKE_DROP_LIST(X)
#undef X
	        IKE_DROP_N
};

enum ike_put_off {
#define X(name, text) PUT_OFF_##name,
	IKE_PUT_OFF_LIST(X)
#undef X
	        PUT_OFF_N
};

#endif
