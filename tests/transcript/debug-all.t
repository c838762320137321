## debug of every subject, taken back one by one; debug all. The lines they echo are recollection.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# debug ldap 255
debug ldap  enabled at level 255
ciscoasa# debug kerberos
debug kerberos  enabled at level 1
ciscoasa# debug vpn-sessiondb
debug vpn-sessiondb  enabled at level 1
ciscoasa# debug dap trace
debug dap trace enabled at level 1
ciscoasa# debug vpdn event
debug l2tp event  enabled at level 1
ciscoasa# debug ppp io
debug ppp io  enabled at level 1
ciscoasa# debug crypto engine 2
ciscoasa# debug crypto ca messages
ciscoasa# debug crypto ike-common
ciscoasa# show debug
debug crypto ike-common enabled at level 1
debug crypto engine enabled at level 2
debug crypto ca messages enabled at level 1
debug l2tp event  enabled at level 1
debug ppp io  enabled at level 1
debug ldap  enabled at level 255
debug kerberos  enabled at level 1
debug vpn-sessiondb  enabled at level 1
debug dap trace enabled at level 1
ciscoasa# undebug ldap
ciscoasa# undebug kerberos
ciscoasa# undebug vpn-sessiondb
ciscoasa# undebug dap trace
ciscoasa# undebug vpdn event
ciscoasa# undebug ppp io
ciscoasa# undebug crypto engine
ciscoasa# undebug crypto ca messages
ciscoasa# undebug crypto ike-common
ciscoasa# show debug
ciscoasa# debug all
ciscoasa# show debug crypto
debug crypto ikev1 enabled at level 1
debug crypto ikev1 timers enabled at level 1
debug crypto ike-common enabled at level 1
debug crypto ipsec enabled at level 1
debug crypto engine enabled at level 1
debug crypto ca enabled at level 1
debug crypto ca messages enabled at level 1
debug crypto ca transactions enabled at level 1
debug crypto ca cluster enabled at level 1
debug crypto ca periodic-authentication enabled at level 1
ciscoasa# undebug all
ciscoasa# show debug
ciscoasa# terminal width 60
ciscoasa# show terminal

Width = 60, no monitor
terminal interactive
ciscoasa# terminal width 80
ciscoasa# 
