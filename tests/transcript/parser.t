## How lines are read: case, abbreviations, exact keywords, ambiguity, carets, modes. Recollection: the ambiguity's text.
Type help or '?' for a list of available commands.
ciscoasa> EN
Password: <<
ciscoasa# co
ERROR: % Ambiguous command:  "co"
ciscoasa# e
ERROR: % Ambiguous command:  "e"
ciscoasa# show cr ik
ERROR: % Incomplete command
ciscoasa# SHOW PAGER
pager lines 24
ciscoasa# sh pag
pager lines 24
ciscoasa# show pager junk
                     ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# show pagex
                   ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# conf t
ciscoasa(config)# ip
ERROR: % Incomplete command
ciscoasa(config)# ip local pool Sales 10.4.5.10-10.4.5.20 mask 255.255.255.0
ciscoasa(config)# tunnel-group G type remote-access
ciscoasa(config)# tunnel-group G general-attributes
ciscoasa(config-tunnel-general)# address-pool sales
ERROR: <*>sales<*>does not exist
ciscoasa(config-tunnel-general)# ADDRESS-pool Sales
ciscoasa(config-tunnel-general)# do show pager
                                         ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa(config-tunnel-general)# show run tunnel-group G | i pool
 address-pool Sales
ciscoasa(config-tunnel-general)# exit
ciscoasa(config)# quit
ciscoasa# conf t
ciscoasa(config)# terminal width 60
ciscoasa(config)# show terminal

Width = 60, no monitor
terminal interactive
ciscoasa(config)# crypto isakmp identity ?

configure mode commands/options:
  address   Use the IP address of the interface for the
            identity
  auto      Identity automatically determined by the
            connection type: IP address for preshared key
            and Cert DN for Cert based connections
  hostname  Use the hostname of the router for the identity
  key-id    Use the specified key-id for the identity

ciscoasa(config)# crypto isakmp identity auto
ciscoasa(config)# show running-config terminal
terminal width 60
ciscoasa(config)# no terminal width
ciscoasa(config)# terminal monitor
ciscoasa(config)# show terminal

Width = 80, monitor
terminal interactive
ciscoasa(config)# terminal no monitor
ciscoasa(config)# logout

Logoff

