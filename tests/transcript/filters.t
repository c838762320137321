## Output filters: abbreviations, the rest of the line as expression, counting, files. Recollection: words and texts of
## count, redirect and append.
Type help or '?' for a list of available commands.
ciscoasa> show history | redirect disk0:/x
ERROR: Command authorization failed
ciscoasa> en
Password: <<
ciscoasa# conf t
ciscoasa(config)# ip local pool A 10.1.1.1-10.1.1.9 mask 255.255.255.0
ciscoasa(config)# ip local pool B 10.1.2.1-10.1.2.9 mask 255.255.255.0
ciscoasa(config)# end
ciscoasa# show run ip local pool | i B 10
ip local pool B 10.1.2.1-10.1.2.9 mask 255.255.255.0
ciscoasa# show run ip local pool | e B 10
ip local pool A 10.1.1.1-10.1.1.9 mask 255.255.255.0
ciscoasa# show run ip local pool | b pool B
ip local pool B 10.1.2.1-10.1.2.9 mask 255.255.255.0
ciscoasa# show run ip local pool | g -v A
ip local pool B 10.1.2.1-10.1.2.9 mask 255.255.255.0
ciscoasa# show run ip local pool | grep pool (A|B)
ip local pool A 10.1.1.1-10.1.1.9 mask 255.255.255.0
ip local pool B 10.1.2.1-10.1.2.9 mask 255.255.255.0
ciscoasa# show run ip local pool | i POOL
ciscoasa# show run ip local pool | i [
ERROR: invalid regular expression: <*>
ciscoasa# show run ip local pool | i
ERROR: % Incomplete command
ciscoasa# show run ip local pool | count
Number of lines = 2
ciscoasa# show run ip local pool | c pool A
Number of lines which match regexp = 1
ciscoasa# show run ip local pool | redirect disk0:/pools.txt
ciscoasa# show run hostname | append disk0:pools.txt
ciscoasa# more disk0:/pools.txt
ip local pool A 10.1.1.1-10.1.1.9 mask 255.255.255.0
ip local pool B 10.1.2.1-10.1.2.9 mask 255.255.255.0
hostname ciscoasa
ciscoasa# show run hostname | redirect disk0:/pools.txt
ciscoasa# more disk0:/pools.txt | count
Number of lines = 1
ciscoasa# show run hostname | redirect running-config
ERROR: %Error opening running-config (Not a file of disk0:)
ciscoasa# show run hostname | redirect disk0:/a b
                                                ^
ERROR: % Invalid input detected at '^' marker.
ciscoasa# show run hostname | redirect ?

  WORD  Name of a file on disk0:

ciscoasa# show run hostname | redirect disk0:/two.txt
ciscoasa# delete /noconfirm disk0:/two.txt
ciscoasa# delete /noconfirm disk0:/pools.txt
ciscoasa# 
