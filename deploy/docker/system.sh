# Lays out in /system what a container of Node needs: the shared libraries of the given Debian packages, Node, and a user.
set -eu

for package in "$@"; do
  # Names that programs are linked with are links to files of the same packages.
  for library in $(dpkg --listfiles "$package" | grep -E '/[^/]+\.so(\.[0-9]+)*$' | grep -v /gconv/); do
    mkdir -p "/system/usr$(dirname "${library#/usr}")"
    cp --no-dereference "$library" "/system/usr${library#/usr}"
  done
  mkdir -p /system/var/lib/dpkg/status.d "/system/usr/share/doc/$package"
  dpkg --status "$package" >"/system/var/lib/dpkg/status.d/$package"
  cp "/usr/share/doc/$package/copyright" "/system/usr/share/doc/$package/"
done

for folder in lib lib64; do [ ! -d "/system/usr/$folder" ] || ln -s "usr/$folder" "/system/$folder"; done
mkdir -p /system/usr/local/bin /system/etc
mkdir -m 1777 /system/tmp
cp /usr/local/bin/node /system/usr/local/bin/node
cp /etc/os-release /system/etc/
echo 'dts:x:10001:10001::/:/nonexistent' >/system/etc/passwd
echo 'dts:x:10001:' >/system/etc/group
echo 'hosts: files dns' >/system/etc/nsswitch.conf
