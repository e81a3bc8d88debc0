<?php
// Makes the first account and settings, once, so that nobody finds an open installer; and, at each start, what the chart's
// values decide.
$conf = '/storage/conf';
if (!is_dir($conf) && !mkdir($conf, 0755, true)) {
    fwrite(STDERR, "can not make $conf: may user " . posix_geteuid() . " write to the volume?\n");
    exit(1);
}

function write(string $file, string $text, int $mode = 0644): void {
    $new = "$file.new";
    if (file_put_contents($new, $text) !== strlen($text) || !chmod($new, $mode) || !rename($new, $file)) {
        fwrite(STDERR, "can not write $file\n");
        exit(1);
    }
}

function settings(array $values): string {
    $lines = ["<?php"];
    foreach ($values as $key => $value) $lines[] = "\$conf['$key'] = " . var_export($value, true) . ';';
    return implode("\n", $lines) . "\n";
}

if (!file_exists("$conf/users.auth.php")) {
    $account = [getenv('FIRST_USERNAME'), password_hash(getenv('FIRST_PASSWORD'), PASSWORD_BCRYPT), getenv('FIRST_FULL_NAME'),
                getenv('FIRST_EMAIL'), 'admin,user'];
    write("$conf/users.auth.php", "# users.auth.php\n# <?php exit()?>\n" . implode(':', $account) . "\n", 0640);
}
if (!file_exists("$conf/acl.auth.php")) {
    // 0 is nothing, 1 is reading, 8 is writing and uploading.
    $rules = ['open' => ['@ALL 8'], 'public' => ['@ALL 1', '@user 8'], 'closed' => ['@ALL 0', '@user 8']][getenv('WIKI_ACCESS')];
    write("$conf/acl.auth.php", "# acl.auth.php\n# <?php exit()?>\n" . implode('', array_map(fn($rule) => "*\t$rule\n", $rules)));
}
if (!file_exists("$conf/local.php")) {
    write("$conf/local.php", settings(['title' => getenv('WIKI_TITLE'), 'lang' => getenv('WIKI_LANGUAGE'), 'superuser' => '@admin']));
}

$decided = ['useacl' => 1];
if (getenv('WIKI_URL')) $decided['baseurl'] = getenv('WIKI_URL');
$text = settings($decided);
if (getenv('WIKI_REGISTRATION') !== 'true') {
    $text .= "\$conf['disableactions'] = ltrim((\$conf['disableactions'] ?? '') . ',register', ',');\n";
}
write("$conf/local.protected.php", $text);
