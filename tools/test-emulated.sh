#!/usr/bin/env bash
# Runs the kernels' tests with AVX-512, AVX-512 BF16 and AMX on a machine that has none of them: Bochs emulates one.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/script-common.sh"

usage () {
  cat <<'EOT'
usage: tools/test-emulated.sh [--folder FOLDER] [--build BUILD] [--minutes N] [--all] [TEST [ARGUMENT...]]

Boots Debian's kernel on an emulated Sapphire Rapids and runs the tests of BUILD there. Needs root and debootstrap, some
downloads the first time, two cores for two minutes to build Bochs, then one core for a quarter of an hour: tests of kernels,
some whole networks and the embedded model at every level. Nothing is timed: an emulated second is a number of instructions.

  --folder FOLDER  a Debian 13 folder, made where it is none and kept; tools/test-debian13.sh's will do (default: a
                   temporary one, removed at the end)
  --build BUILD    what to run: a build folder of this tree, of this machine's compiler (default: build)
  --minutes N      stop the machine after N minutes (default: 30)
  --all            all networks of tests/data, too: an hour or more
  TEST             this one alone, a program in BUILD, with its arguments: tests/kernels/test-bf16 -p /bf16/amx-high
EOT
}

folder=
build=build
minutes=30
all=no
while [ "$#" -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --folder) folder=${2:?--folder needs a folder}; shift ;;
    --build) build=${2:?--build needs a folder}; shift ;;
    --minutes) minutes=${2:?--minutes needs a number}; shift ;;
    --all) all=yes ;;
    -*) usage >&2; die "unknown option '$1'" ;;
    *) break ;;
  esac
  shift
done

[ "$(id -u)" -eq 0 ] || die "debootstrap and chroot need root: run it with sudo"
[ -x "$build/tests/kernels/test-bf16" ] || die "$build has no tests: build it first, or name another with --build"
build=$(cd -- "$build" && pwd -P)
if [ -z "$folder" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
fi
mkdir -p "$folder"
folder=$(cd -- "$folder" && pwd -P)
if [ ! -e "$folder/etc/debian_version" ] || [ -d "$folder/debootstrap" ]; then
  command -v debootstrap >/dev/null 2>&1 || die "debootstrap is missing: apt-get install debootstrap"
  say "== Debian 13 into $folder"
  debootstrap --variant=minbase --include=ca-certificates trixie "$folder" http://deb.debian.org/debian
fi
[[ $(cat "$folder/etc/debian_version") == 13* ]] || die "$folder is not Debian 13"
# The network settings that this machine needs, and nothing else of its configuration.
apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' >"$folder/etc/apt/apt.conf.d/99host" || true
if [ -e /etc/resolv.conf ]; then cp -L /etc/resolv.conf "$folder/etc/resolv.conf"; fi

inside () {
  chroot "$folder" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    "$@" </dev/null
}

install () { inside apt-get install -qq --no-install-recommends -o APT::Sandbox::User=root "$@" >/dev/null; }

# behind FILE PLACE LINE TEXT: puts TEXT behind the first LINE from the one PLACE on; both are parts of lines.
behind () {
  [ "$(grep -cF -- "$2" "$1")" -eq 1 ] || die "$1: not one line has '$2': this is another Bochs than 3.0"
  place=$2 line=$3 text=$4 awk '
    { print }
    index($0, ENVIRON["place"]) { here = 1 }
    here && index($0, ENVIRON["line"]) { print ENVIRON["text"]; here = 0; done = 1 }
    END { exit !done }' "$1" >"$1.new" || die "$1: no '$3' behind '$2': this is another Bochs than 3.0"
  mv "$1.new" "$1"
}

# instead FILE OLD NEW: puts NEW wherever FILE has OLD.
instead () {
  grep -qF -- "$2" "$1" || die "$1: no '$2': this is another Bochs than 3.0"
  old=$2 new=$3 awk '
    { while ((at = index($0, ENVIRON["old"])) > 0)
        $0 = substr($0, 1, at - 1) ENVIRON["new"] substr($0, at + length(ENVIRON["old"]))
      print }' "$1" >"$1.new"
  mv "$1.new" "$1"
}

# Linux gives AMX's registers to a process when it first uses them, and so wants a processor with XFD (Intel SDM volume 1,
# 13.14), which Bochs 3.0 leaves out: two MSRs, two bits of CPUID, and #NM while the registers are switched off.
# And Debian's Bochs has its debugger built in, which makes it slower.
make_bochs () {
  local cpu=$folder/emulated/bochs-3.0/cpu
  say "== Bochs"
  install g++ make xz-utils
  rm -rf "$folder/emulated/bochs-3.0"
  # Debian's source package; its patches are for its menus and documentation.
  inside /usr/lib/apt/apt-helper -qq download-file \
    http://deb.debian.org/debian/pool/main/b/bochs/bochs_3.0+dfsg.orig.tar.xz /emulated/bochs.tar.xz \
    SHA256:78f6c73d4a6472d5130a87ab9dc306d02c7c71ed8e25b3a8ef642e2a7acd282b
  inside tar -C /emulated -xf /emulated/bochs.tar.xz
  behind "$cpu/msr.h" 'BX_MSR_XSS = 0xDA0' '' '  BX_MSR_XFD = 0x1C4, BX_MSR_XFD_ERR = 0x1C5,'
  behind "$cpu/cpu.h" '  Bit64u ia32_xss;' '' '  Bit64u ia32_xfd, ia32_xfd_err;'
  behind "$cpu/init.cc" 'msr.ia32_xss = 0;' '' '  BX_CPU_THIS_PTR msr.ia32_xfd = BX_CPU_THIS_PTR msr.ia32_xfd_err = 0;'
  behind "$cpu/cpuid.cc" '// EAX[4] - support for XFD' 'leaf->eax = 0;' \
    '    if (is_cpu_extension_supported(BX_ISA_AMX)) leaf->eax |= 1 << 4;'
  behind "$cpu/cpuid.cc" '// ECX[2] - XFD support' 'leaf->ecx =' \
    '      if (subfunction == xcr0_t::BX_XCR0_XTILEDATA_BIT) leaf->ecx |= 1 << 2;'
  behind "$cpu/msr.cc" '::rdmsr(Bit32u index' 'Bit64u val64 = 0;' '  if (index == BX_MSR_XFD || index == BX_MSR_XFD_ERR) {
    *msr = index == BX_MSR_XFD ? BX_CPU_THIS_PTR msr.ia32_xfd : BX_CPU_THIS_PTR msr.ia32_xfd_err;
    return true;
  }'
  behind "$cpu/msr.cc" '::wrmsr(Bit32u index' 'GET32H(val_64);' '  if (index == BX_MSR_XFD || index == BX_MSR_XFD_ERR) {
    if (val_64 & ~Bit64u(BX_XCR0_XTILEDATA_MASK)) return false;
    if (index == BX_MSR_XFD) BX_CPU_THIS_PTR msr.ia32_xfd = val_64;
    else BX_CPU_THIS_PTR msr.ia32_xfd_err = val_64;
    handleAvxModeChange();
    return true;
  }'
  behind "$cpu/proc_ctrl.cc" 'set_amx_ok();' '' '  if (BX_CPU_THIS_PTR msr.ia32_xfd & BX_XCR0_XTILEDATA_MASK) clear_amx_ok();'
  # Idle Linux releases tiles with the registers switched off.
  behind "$cpu/proc_ctrl.cc" '::BxNoAMX(' '{' '  if (BX_CPU_THIS_PTR msr.ia32_xfd & BX_XCR0_XTILEDATA_MASK) {
    if (i->getIaOpcode() == BX_IA_TILERELEASE) {
      TILERELEASE(i);
      return;
    }
    BX_CPU_THIS_PTR msr.ia32_xfd_err = BX_XCR0_XTILEDATA_MASK;
    exception(BX_NM_EXCEPTION, 0);
  }'
  # What it gets wrong of the tiles that a thread had when another one came: rows and bytes a row the wrong way round, half of
  # the rows left out, "in use" when they are not.
  behind "$cpu/init.cc" '    amx = new AMX;' '' '    amx->clear();'
  instead "$cpu/xsave.cc" 'vmm16u(8+n)    = BX_CPU_THIS_PTR amx->tilecfg[n].rows' \
    'vmm16u(8+n) = BX_CPU_THIS_PTR amx->tilecfg[n].bytes_per_row'
  instead "$cpu/xsave.cc" 'vmmubyte(48+n) = BX_CPU_THIS_PTR amx->tilecfg[n].bytes_per_row' \
    'vmmubyte(48+n) = BX_CPU_THIS_PTR amx->tilecfg[n].rows'
  instead "$cpu/xsave.cc" 'row < BX_TILE_REGISTERS' 'row < BX_TILE_MAX_ROWS'
  instead "$cpu/xsave.cc" 'amx->tile_use_tracker == 0' 'amx->tile_use_tracker != 0'
  # Linux restores all but PKRU, whose place in the compact form stays (SDM volume 1, 13.4.3: XCOMP_BV says what has one).
  behind "$cpu/xsave.cc" 'if (compaction) {' 'Bit32u feature_mask' \
    '      if ((format & ~requested_feature_bitmap & feature_mask) != 0) offset += xsave_restore[feature].len;'
  # shellcheck disable=SC2016
  inside sh -ec 'cd /emulated/bochs-3.0
    ./configure CFLAGS=-O2 CXXFLAGS=-O2 --with-nogui --disable-docbook --disable-large-ramfile \
      --enable-all-optimizations --enable-cpu-level=6 --enable-x86-64 --enable-avx --enable-evex --enable-amx --enable-memtype --enable-cet \
      --enable-protection-keys --enable-uintr >/emulated/configure.log 2>&1
    make -j"$(nproc)" >/emulated/make.log 2>&1 || { tail -20 /emulated/make.log; exit 1; }
    mv bochs /emulated/bochs'
}

if [ ! -x "$folder/emulated/bochs" ]; then
  mkdir -p "$folder/emulated"
  inside apt-get update -qq
  install bochsbios busybox-static cpio grub-common grub-pc-bin mtools vgabios xorriso
  # The kernel's image alone: its package unpacked where nothing runs its scripts.
  # shellcheck disable=SC2016
  inside sh -ec 'cd /emulated
    apt-get download -qq -o APT::Sandbox::User=root "$(apt-cache depends linux-image-amd64 | sed -n "s/.*Depends: \(linux-image-.*\)/\1/p")"
    dpkg-deb --fsys-tarfile linux-image-*.deb | tar -x ./boot
    mv boot/vmlinuz-* vmlinuz
    rm -rf boot linux-image-*.deb'
  make_bochs
fi

say "== the disc"
disc=$folder/emulated/disc
root=$folder/emulated/root
rm -rf "$disc" "$root"
mkdir -p "$disc/boot/grub" "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root$source_root/tests"
cp "$folder/usr/bin/busybox" "$root/bin/"
cp -r "$source_root/tests/data" "$root$source_root/tests/"
cp "$source_root/default-model/photos200.safetensors" "$source_root/samples/media/chelsea.jpg" "$root/"

# add PROGRAM: it, without what is for the debugger, and the libraries that it needs.
add () {
  mkdir -p "$root/build/$(dirname -- "$1")"
  strip -o "$root/build/$1" "$build/$1"
  ldd "$build/$1" | grep -o '/[^ ]*' | while read -r library; do
    mkdir -p "$root$(dirname -- "$library")"
    [ -e "$root$library" ] || cp -L "$library" "$root$library"
  done
}

{
  # Each line that begins with "FAILED" fails this script.
  cat <<'EOT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec >/dev/ttyS0 2>&1
echo "started: Linux $(uname -r)"
t () {
  echo "== $*"
  "/build/$@" >/tmp/out 2>&1
  code=$?
  grep -v '^# \(Start\|End\|random\)' /tmp/out
  [ "$code" -eq 0 ] && return
  dmesg | tail -n 2
  echo "FAILED ($code): $*"
}
# The embedded model: $1, what is to run; then the level and what is asked for.
model () {
  echo "== the embedded model, NN_MAX_ISA=$2, precision $3"
  NN_MAX_ISA=$2 /build/tools/resnet-tool/resnet-tool bench /photos200.safetensors --seconds 0 -w 0 -j --precision "$3" >/tmp/out
  grep -q "\"precision\" *: *\"\($1\)\"" /tmp/out || echo "FAILED: not $1"
  grep -o '"\(isa\|precision\)[^,]*' /tmp/out
  NN_MAX_ISA=$2 /build/tools/resnet-tool/resnet-tool classify /photos200.safetensors /chelsea.jpg --precision "$3" >/tmp/out ||
    echo "FAILED: classify"
  cat /tmp/out
  grep -q cat /tmp/out || echo "FAILED: it is a cat"
}
EOT
  if [ "$#" -gt 0 ]; then
    printf 't'
    printf ' %q' "$@"
    echo
  else
    cat <<'EOT'
t tests/nn/test-cpu
t tests/kernels/test-pool -p /pool/avx512
t tests/kernels/test-resize
t tests/kernels/test-conv -p /conv/avx512
t tests/kernels/test-bf16 -p /bf16/avx512bf16
for name in cifar-resnet8 one-stage resnext-4 wide-thin resnet18-thin; do
  for level in avx512 vectors-medium tiles-medium tiles-high tiles-auto; do
    t tests/nn/test-network-logits -p "/network-logits/$level/networks/$name"
  done
done
t tests/nn/test-session -p /session/same-bits/avx512
model highest avx512 high
model highest amx highest
model 'highest\|medium' avx512bf16 medium
model medium amx medium
model high amx high
t tests/kernels/test-winograd -p /winograd/avx512
for precision in medium high; do
  t tests/kernels/test-bf16 -p "/bf16/amx-$precision"
done
EOT
    if [ "$all" = yes ]; then
      for level in avx512 vectors-medium tiles-medium tiles-high tiles-auto; do
        echo "t tests/nn/test-network-logits -p /network-logits/$level"
      done
    fi
  fi
  # Bochs ends when it gets this word at this port.
  cat <<'EOT'
echo finished
sleep 3 # until all of it is written
for c in S h u t d o w n; do printf "$c" | dd of=/dev/port bs=1 count=1 seek=$((0x8900)) conv=notrunc 2>/dev/null; done
EOT
} >"$root/init"
chmod +x "$root/init"
if [ "$#" -gt 0 ]; then
  [ -x "$build/$1" ] || die "there is no program $build/$1"
  add "$1"
else
  for program in tests/kernels/test-{conv,pool,resize,bf16,winograd} tests/nn/test-{cpu,network-logits,session} tools/resnet-tool/resnet-tool; do
    add "$program"
  done
fi

cp "$folder/emulated/vmlinuz" "$disc/boot/"
cat >"$disc/boot/grub/grub.cfg" <<'EOT'
linux /boot/vmlinuz console=ttyS0 quiet nokaslr mitigations=off tsc=reliable acpi=off lpj=1000000
initrd /boot/initrd
boot
EOT
inside sh -ec 'cd /emulated/root; find . | cpio --quiet -o -H newc -R 0:0 >../disc/boot/initrd
  grub-mkrescue -o ../disc.iso ../disc >../grub.log 2>&1 || { cat ../grub.log; exit 1; }'
cat >"$folder/emulated/bochsrc" <<'EOT'
config_interface: textconfig
display_library: nogui
memory: guest=1024, host=1024
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/vgabios/vgabios.bin
cpu: model=sapphire_rapids, count=1, ips=50000000, reset_on_triple_fault=0
clock: sync=none
ata0: enabled=1
ata0-master: type=cdrom, path=/emulated/disc.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=/emulated/output
log: /emulated/log
EOT

say "== the machine"
: >"$folder/emulated/output"
inside timeout "${minutes}m" /emulated/bochs -q -f /emulated/bochsrc >"$folder/emulated/bochs.log" 2>&1 &
bochs=$!
tail -n +1 -f --pid="$bochs" "$folder/emulated/output" || true
wait "$bochs" || true # its exit status is 1 when the machine ends by itself
grep -q '^finished' "$folder/emulated/output" || die "the machine did not finish in $minutes minutes; $folder/emulated has its logs"
if grep -q '^FAILED' "$folder/emulated/output"; then
  grep '^FAILED' "$folder/emulated/output"
  die "some tests failed on the emulated machine"
fi
say "all passed on the emulated machine"
