/* Hooks of access lists, objects and translation rules; registered by hooks_register. */
#ifndef CLI_CONFIG_HOOKS_ACL_H
#define CLI_CONFIG_HOOKS_ACL_H

void hooks_acl_register(void);
void hooks_object_register(void); /* by hooks_acl_register */
void hooks_nat_register(void);    /* the same */

#endif
