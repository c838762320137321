/* Edit hooks of the grammar that need nothing but the configuration. */
#ifndef CLI_HOOKS_H
#define CLI_HOOKS_H

struct grammar;

/* Registers access_list, group_policy_from, nameif and ike_enable_all. Before grammar_load. */
void hooks_register(void);
/* Those of session_auth.c; hooks_register does it. */
void session_auth_register(void);
void hooks_pix_register(void); /* part of it: lines of PIX 6 */
/* The grammar once it is loaded: group_policy_from copies by rendering. NULL when it goes. */
void hooks_set_grammar(const struct grammar *g);

#endif
