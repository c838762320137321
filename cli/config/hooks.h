/* Edit hooks of the grammar that need nothing but the configuration. */
#ifndef CLI_CONFIG_HOOKS_H
#define CLI_CONFIG_HOOKS_H

#include "core/config/hook.h"

struct grammar;
struct centry;
struct conf;
struct conf_notes;

/* Registers access_list, group_policy_from, nameif and ike_enable_all. Before grammar_load. */
void hooks_register(void);
/* Those of cli/session/auth.c; hooks_register does it. */
void session_auth_register(void);
void hooks_pix_register(void); /* part of it: lines of PIX 6 */
/* The grammar once it is loaded: group_policy_from copies by rendering. NULL when it goes. */
void hooks_set_grammar(const struct grammar *g);

/* hooks_pki.c; hooks_register does it. */
void hooks_pki_register(void);
/* hooks_vpn.c; called by hooks_register. */
void hooks_vpn_register(void);
/* Warnings about vpn-tunnel-protocol, and split-tunnel-policy and split-tunnel-network-list, of a group policy or a user. */
void hooks_note_protocols(const struct centry *e, const struct centry *was,
                          struct conf_notes *notes);
void hooks_note_split(const struct conf *c, const struct centry *e, const struct centry *was, struct conf_notes *notes);
/* An entry more for a list, its rule as stored: perhaps more networks than a client is pushed. */
void hooks_note_split_growth(const struct conf_typed *t, struct str list, struct str rule, bool standard);

#endif
