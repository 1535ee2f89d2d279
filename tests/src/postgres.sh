# Keeps a throw-away PostgreSQL: $1 is the folder of its programs, what follows are settings. Says
# `ready FOLDER`, then obeys lines: `stop` and `start`. When its input ends, which it does however the tests
# end, the server ends and the folder goes. Nothing but the socket in that folder leads to it.
set -eu
bin=$1
shift
folder=$(mktemp -d /tmp/guerdon-postgres.XXXXXX)
pid=
gone() {
    trap '' INT TERM HUP
    [ -z "$pid" ] || { kill -QUIT "$pid" 2>/dev/null && wait "$pid" || true; }
    rm -rf "$folder"
}
trap gone EXIT
# The order of another language, where the database's could matter.
locale=--locale=C
case $("$bin/postgres" --version) in
*' '1[0-4].*) ;;
*) locale="$locale --locale-provider=icu --icu-locale=en-US" ;;
esac
# Ctrl-C reaches the whole group of processes: the end of the input decides.
trap '' INT TERM HUP

up() {
    "$bin/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c logging_collector=off \
        "$@" >>"$folder/log" 2>&1 </dev/null &
    pid=$!
    tries=0
    until "$bin/pg_isready" -q -h "$folder" -U postgres -d postgres; do
        tries=$((tries + 1))
        if [ "$tries" -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then
            cat "$folder/log" >&2
            exit 1
        fi
        sleep 0.05
    done
}

"$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 $locale --no-sync >"$folder/log" 2>&1 || {
    cat "$folder/log" >&2
    exit 1
}
# A user who needs a password, for the tests of passwords.
printf 'local all guarded scram-sha-256\nlocal all all trust\n' >"$folder/data/pg_hba.conf"
up "$@"
echo "ready $folder"
while read -r word; do
    case $word in
    stop)
        kill -INT "$pid"
        wait "$pid" || true
        pid=
        echo stopped
        ;;
    start)
        up "$@"
        echo started
        ;;
    esac
done
