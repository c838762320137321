## Under which character the caret stands: the first at which what was typed stopped being the beginning of a keyword.
Type help or '?' for a list of available commands.
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# hostname HQ-FW1
HQ-FW1(config)# exit
HQ-FW1# show running-config cdp
                             ^
ERROR: % Invalid input detected at '^' marker.
HQ-FW1# show lldp neighbors
              ^
ERROR: % Invalid input detected at '^' marker.
HQ-FW1# conf t
HQ-FW1(config)# hostname FWSM
FWSM(config)# domain-name ceige
FWSM(config)# prompt hostname domain
FWSM/ceige(config)# exit
FWSM/ceige# show conduit
                    ^
ERROR: % Invalid input detected at '^' marker.
FWSM/ceige# 
