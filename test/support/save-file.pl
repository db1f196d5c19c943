# Saves a file again and again as an editor does: pattern, file, number of saves, what is written before the
# number, and how long it takes over each step at most, in milliseconds.
use strict;
use warnings;
use Fcntl;

my ($pattern, $file, $saves, $label, $longest) = @ARGV;
my ($folder, $name) = $file =~ m{^(.*/)([^/]+)$};

sub pause { select undef, undef, undef, rand($longest) / 1000 }
sub move { rename($_[0], $_[1]) or die "$_[0] to $_[1]: $!"; pause() }
sub gone { unlink($_[0]) or die "$_[0]: $!"; pause() }
sub put { my ($path, $text, $flags) = @_; sysopen(my $out, $path, O_WRONLY | O_CREAT | $flags, 0644) or die "$path: $!"; pause(); syswrite $out, $text; pause(); close $out; pause() }
sub content { my ($path) = @_; open(my $in, "<", $path) or die "$path: $!"; local $/; return scalar <$in> }

my %patterns = (
  # vim with backupcopy=no: looks whether it may make files there, then a backup by renaming
  "vim" => sub { my $swap = "$folder.$name.swp"; put($swap, "swap", O_EXCL); put("${folder}4913", "", O_EXCL); gone("${folder}4913"); move($file, "$file~"); put($file, $_[0], O_EXCL); gone("$file~"); gone($swap) },
  "vim backupcopy=yes" => sub { put("$file~", content($file), O_EXCL); put($file, $_[0], O_TRUNC); gone("$file~") },
  "VS Code" => sub { put($file, $_[0], O_TRUNC) },
  "JetBrains" => sub { put("${file}___jb_tmp___", $_[0], O_EXCL); move($file, "${file}___jb_old___"); move("${file}___jb_tmp___", $file); gone("${file}___jb_old___") },
  "emacs" => sub { symlink("ada\@host.1234:1700000000", "$folder.#$name") or die $!; pause(); put("$folder#$name#", $_[0], O_EXCL); move($file, "$file~"); put($file, $_[0], O_EXCL); gone("$folder#$name#"); gone("$folder.#$name"); gone("$file~") },
  "sed -i" => sub { chomp(my $text = $_[0]); system("sed", "-i", "1c$text", $file) == 0 or die "sed" },
  "write and rename" => sub { put("$folder.$name.tmp", $_[0], O_EXCL); move("$folder.$name.tmp", $file) },
);

for my $number (1 .. $saves) { $patterns{$pattern}->("$label $number\n"); pause() }
