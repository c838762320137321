/* Functions the grammar names that need nothing but the configuration: edit hooks and generic checks. */
#ifndef CLI_HOOKS_H
#define CLI_HOOKS_H

struct grammar;

/* Registers access_list, group_policy_from, nameif, ike_enable_all (edit) and tunnel_group_general_check. Before
 * grammar_load. */
void hooks_register(void);
/* The grammar once it is loaded: group_policy_from copies by rendering. NULL when it goes. */
void hooks_set_grammar(const struct grammar *g);

#endif
