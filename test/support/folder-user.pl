# Works in the folder given as its argument, for test/support/folder-user.ts, on either side of a sync.
# A line in: operation and arguments in hex, parted by tabs. A line out: `ok` or `no`, and after it in hex
# what the operation found or destroyed. What is destroyed is taken out of the tree first and read then, so
# that it is told exactly, whatever the sync does at the same moment.
use strict;
use warnings;
use Fcntl qw(:DEFAULT :mode);
use POSIX ();

chdir $ARGV[0] or die "$ARGV[0]: $!";
$| = 1;
my $trash = ".trash";
my $taken = 0;
my $renameat2 = (POSIX::uname())[4] eq "aarch64" ? 276 : 316;
mkdir $trash;
# files that are open for writing, by what they were opened as
my %held;

my %operations = (
  tree => sub { return list("") },
  mkdir => sub { return mkdir($_[0], 0755) ? () : undef },
  symlink => sub { return symlink($_[1], $_[0]) ? () : undef },
  above => sub { return names("..") },
  chmod => sub { return -l $_[0] || !chmod(oct $_[1], $_[0]) ? undef : () },
  move => sub { return renamed(@_[0, 1], 1) ? () : undef },
  write => sub { return edit($_[0], O_RDWR | O_CREAT, sub { truncate $_[0], 0; put($_[0], 0, $_[1]) }, $_[1]) },
  slowly => sub { return edit($_[0], O_RDWR | O_CREAT, \&put_slowly, $_[1]) },
  append => sub { return edit($_[0], O_RDWR, sub { put($_[0], length $_[2], $_[1]) }, $_[1]) },
  truncate => sub { return edit($_[0], O_RDWR, sub { truncate $_[0], $_[1] }, $_[1]) },
  save => \&save,
  hold => \&hold,
  release => \&release,
  git => \&git,
  remove => sub { return defined lstat($_[0]) ? destroy($_[0]) : undef },
  discard => sub { my $out = take($_[0]); return defined $out ? destroy($out) : undef },
  burst => sub { for my $n (1 .. $_[1]) { chmod 0600 + ($n & 64), $_[0] . "/" . ($n & 1) } return () },
);

while (my $line = <STDIN>) {
  chomp $line;
  my ($name, @arguments) = split /\t/, $line, -1;
  my @found = $operations{$name}->(map { long(pack "H*", $_) } @arguments);
  my $failed = @found == 1 && !defined $found[0];
  print join("\t", $failed ? "no" : ("ok", map { unpack "H*", short($_) } @found)), "\n";
}

# many hash signs are told by their number
sub long { my ($text) = @_; $text =~ s/#\*(\d+)/"#" x $1/ge; return $text }
sub short { my ($text) = @_; $text =~ s/(#{9,})/"#*" . length $1/ge; return $text }

sub edit {
  my ($path, $flags, $change, $argument) = @_;
  sysopen(my $file, $path, $flags | O_NOFOLLOW, 0644) or return undef;
  return undef unless -f $file;
  my $old = content($file);
  $change->($file, $argument, $old);
  close $file;
  return $old;
}

# a log, or a database: somebody has it open, and writes to it late
sub hold {
  my ($path, $name) = @_;
  sysopen(my $file, $path, O_RDWR | O_NOFOLLOW) or return undef;
  return undef unless -f $file;
  $held{$name} = $file;
  return ();
}

# what is gone by then has no reader: nothing is told of it
sub release {
  my ($name, $text) = @_;
  my $file = delete $held{$name} or return undef;
  my $links = (stat $file)[3];
  my $old = content($file);
  put($file, length $old, $text) if $text ne "";
  close $file;
  return $links > 0 ? $old : undef;
}

# in the folder above, by the program that is beside this folder
sub git {
  my @words = @_;
  my $pid = fork() // return undef;
  if ($pid == 0) {
    chdir "..";
    open STDIN, "<", "/dev/null";
    open STDOUT, ">", "/dev/null";
    open STDERR, ">", "/dev/null";
    $ENV{GIT_EXEC_PATH} = POSIX::getcwd() . "/tools";
    $ENV{HOME} = "/nonexistent";
    exec "tools/git", "-c", "safe.directory=*", "-c", "gc.auto=0", "-c", "user.name=A", "-c", "user.email=a\@b.c", @words
      or POSIX::_exit(127);
  }
  waitpid $pid, 0;
  return $? == 0 ? () : undef;
}

# as editors do: a new file beside, which takes the place
sub save {
  my ($path, $text) = @_;
  my $beside = "$path~";
  sysopen(my $file, $beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644) or return undef;
  put($file, 0, $text);
  close $file;
  if (-l $path || !-f $path || !renamed($beside, $path, 2)) { my ($lost) = destroy($beside); return undef }
  return destroy($beside);
}

sub put {
  my ($file, $offset, $text) = @_;
  sysseek $file, $offset, 0;
  syswrite $file, $text;
}

# a writer that takes its time, in three goes
sub put_slowly {
  my ($file, $text) = @_;
  my $third = 1 + int(length($text) / 3);
  truncate $file, 0;
  for my $go (0 .. 2) {
    put($file, $go * $third, substr($text, $go * $third, $third));
    select undef, undef, undef, 0.002;
  }
}

sub content {
  my ($file) = @_;
  sysseek $file, 0, 0;
  sysread $file, my $text, 1 << 20;
  return $text;
}

sub renamed {
  my ($from, $to, $flag) = @_;
  return syscall($renameat2, -100, "$from", -100, "$to", $flag) == 0;
}

sub take {
  my ($path) = @_;
  $taken += 1;
  my $out = "$trash/$$-$taken";
  return rename($path, $out) ? $out : undef;
}

# contents of all files that are gone
sub destroy {
  my ($path) = @_;
  return () unless defined lstat $path;
  if (-l _ || !-d _) {
    my $out = take($path);
    return () unless defined $out;
    return destroy($out) if -d $out && !-l $out;
    my @text;
    if (!-l $out && open my $file, "<", $out) { @text = (content($file)) }
    unlink $out;
    return @text;
  }
  my @texts;
  for (1 .. 100) {
    push @texts, map { destroy("$path/$_") } names($path);
    last if rmdir $path;
  }
  return @texts;
}

sub names {
  my ($path) = @_;
  opendir(my $folder, $path eq "" ? "." : $path) or return ();
  return grep { $_ ne "." && $_ ne ".." } readdir $folder;
}

# kind, mode, path and content of all
sub list {
  my ($folder) = @_;
  my @found;
  for my $name (names($folder)) {
    next if $folder eq "" && $name eq $trash;
    my $path = $folder eq "" ? $name : "$folder/$name";
    my @stat = lstat $path or next;
    my $mode = sprintf "%o", S_IMODE($stat[2]);
    if (-l _) { push @found, "link", "", $path, readlink($path) // "" }
    elsif (-d _) { push @found, "folder", $mode, $path, "", list($path) }
    elsif (sysopen my $file, $path, O_RDONLY | O_NOFOLLOW) { push @found, "file", $mode, $path, content($file) }
  }
  return @found;
}
