#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "api/store/store.h"

namespace croft::store {
namespace {

constexpr int64_t kSchemaVersion = 2;

// The log that is not yet in the main file: larger means that a page which changes often is written there less often,
// smaller that a start after a crash reads less.
constexpr char kSetUp[] = R"(
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 2000;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA cache_size = -512;
)";

constexpr char kSchema[] = R"(
  BEGIN IMMEDIATE;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY, api_group TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT NOT NULL,
    name TEXT NOT NULL, body BLOB NOT NULL);
  INSERT OR IGNORE INTO meta VALUES ('schema', 2), ('revision', 0);
  COMMIT;
)";

// Version 1 kept objects by name. A row's number there is below every revision to come.
constexpr char kFromVersion1[] = R"(
  BEGIN IMMEDIATE;
  ALTER TABLE objects RENAME TO objects_by_name;
  CREATE TABLE objects (
    id INTEGER PRIMARY KEY, api_group TEXT NOT NULL, resource TEXT NOT NULL, namespace TEXT NOT NULL,
    name TEXT NOT NULL, body BLOB NOT NULL);
  INSERT INTO objects SELECT rowid, api_group, resource, namespace, name, body FROM objects_by_name;
  DROP TABLE objects_by_name;
  UPDATE meta SET value = 2 WHERE name = 'schema';
  COMMIT;
)";

std::string Folder(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// Makes the file, readable by its owner only, before SQLite would with the process's default. SQLite gives its log the
// same mode.
Status CreateFile(const std::string& path) {
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == EEXIST) return Status::Ok();
    const std::string cause = std::strerror(errno);
    return Status::Unavailable("the store's file " + path + " can't be made (" + cause +
                               "): make the folder and let Croft write to it, or name another with --data-dir");
  }
  close(file);
  // The name itself must survive a power cut.
  const int folder = open(Folder(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return Status::Ok();
}

// One connection, used by the store's committer; opened and closed by the store's owner.
class Sqlite final : public Backend {
 public:
  explicit Sqlite(std::string path) : path_(std::move(path)) {}

  ~Sqlite() override {
    for (sqlite3_stmt* statement : {upsert_, erase_, raise_, begin_, commit_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }

  Status Open() {
    CROFT_RETURN_IF_ERROR(CreateFile(path_));
    if (sqlite3_open_v2(path_.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr) != SQLITE_OK) {
      return Failure();
    }
    sqlite3_extended_result_codes(db_, 1);
    CROFT_RETURN_IF_ERROR(Execute(kSetUp));
    CROFT_RETURN_IF_ERROR(CheckVersion());
    const std::pair<sqlite3_stmt**, const char*> statements[] = {
        {&upsert_, "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body"},
        {&erase_, "DELETE FROM objects WHERE id = ?"},
        {&raise_, "UPDATE meta SET value = ? WHERE name = 'revision'"},
        {&begin_, "BEGIN IMMEDIATE"},
        {&commit_, "COMMIT"},
    };
    for (const auto& [statement, sql] : statements) {
      if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, nullptr) != SQLITE_OK) {
        return Failure();
      }
    }
    return Status::Ok();
  }

  Result<uint64_t> Load(const std::function<void(Row)>& each) override {
    Result<int64_t> revision = ReadNumber("SELECT value FROM meta WHERE name = 'revision'");
    if (!revision.ok()) return revision.status();
    revision_ = static_cast<uint64_t>(*revision);
    sqlite3_stmt* select = nullptr;
    const char* sql = "SELECT id, api_group, resource, namespace, name, body FROM objects";
    if (sqlite3_prepare_v2(db_, sql, -1, &select, nullptr) != SQLITE_OK) return Failure();
    Status status;
    int step = SQLITE_DONE;
    while (status.ok() && (step = sqlite3_step(select)) == SQLITE_ROW) status = LoadRow(select, each);
    if (status.ok() && step != SQLITE_DONE) status = Failure();
    sqlite3_finalize(select);
    sqlite3_db_release_memory(db_);
    if (!status.ok()) return status;
    return revision_;
  }

  Status Append(const std::vector<Row>& rows, uint64_t revision) override {
    Status status = Step(begin_);
    for (auto row = rows.begin(); status.ok() && row != rows.end(); ++row) status = Put(*row);
    if (status.ok() && revision != revision_) {
      sqlite3_bind_int64(raise_, 1, static_cast<sqlite3_int64>(revision));
      status = Step(raise_);
    }
    if (status.ok()) status = Step(commit_);
    if (status.ok()) {
      revision_ = revision;
    } else if (sqlite3_get_autocommit(db_) == 0) {
      sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    }
    return status;
  }

 private:
  static std::string Text(sqlite3_stmt* statement, int column) {
    const void* bytes = sqlite3_column_blob(statement, column);
    const auto size = static_cast<size_t>(sqlite3_column_bytes(statement, column));
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
  }

  Status LoadRow(sqlite3_stmt* select, const std::function<void(Row)>& each) const {
    Row row{};
    row.id = static_cast<uint64_t>(sqlite3_column_int64(select, 0));
    row.resource = {Text(select, 1), Text(select, 2)};
    row.key = {Text(select, 3), Text(select, 4)};
    Result<ObjectPtr> object = Object::Parse(Text(select, 5), row.id);
    if (!object.ok() || (*object)->key() != row.key) {
      const std::string why = object.ok() ? "it bears another name" : object.status().message();
      return Damaged("the object " + row.resource.resource + " " + row.key.ToString() + ": " + why);
    }
    row.object = std::move(*object);
    each(std::move(row));
    return Status::Ok();
  }

  Status CheckVersion() {
    const Result<int64_t> tables = ReadNumber("SELECT count(*) FROM sqlite_master WHERE name = 'meta'");
    if (!tables.ok()) return tables.status();
    if (*tables == 0) return Execute(kSchema);
    const Result<int64_t> version = ReadNumber("SELECT value FROM meta WHERE name = 'schema'");
    if (!version.ok()) return version.status();
    if (*version == kSchemaVersion) return Status::Ok();
    if (*version == 1) return Execute(kFromVersion1);
    return Status::Unavailable("the store's file " + path_ + " has schema version " + std::to_string(*version) +
                               ", this Croft knows " + std::to_string(kSchemaVersion) +
                               ": run the Croft that wrote it, or a newer one");
  }

  Status Put(const Row& row) {
    sqlite3_stmt* statement = row.object == nullptr ? erase_ : upsert_;
    sqlite3_bind_int64(statement, 1, static_cast<sqlite3_int64>(row.id));
    if (row.object != nullptr) {
      Bind(statement, 2, row.resource.group);
      Bind(statement, 3, row.resource.resource);
      Bind(statement, 4, row.key.ns);
      Bind(statement, 5, row.key.name);
      const std::string& bytes = row.object->bytes();
      sqlite3_bind_blob64(statement, 6, bytes.data(), bytes.size(), SQLITE_STATIC);
    }
    return Step(statement);
  }

  // The text must stay until the statement has run.
  static void Bind(sqlite3_stmt* statement, int at, const std::string& text) {
    sqlite3_bind_text64(statement, at, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }

  Status Step(sqlite3_stmt* statement) {
    const int result = sqlite3_step(statement);
    Status status = result == SQLITE_DONE ? Status::Ok() : Failure();
    sqlite3_reset(statement);
    return status;
  }

  Status Execute(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return Status::Ok();
    Status status = Failure();
    if (sqlite3_get_autocommit(db_) == 0) sqlite3_exec(db_, "ROLLBACK", nullptr, nullptr, nullptr);
    return status;
  }

  Result<int64_t> ReadNumber(const char* sql) {
    sqlite3_stmt* select = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &select, nullptr) != SQLITE_OK) return Failure();
    const int step = sqlite3_step(select);
    const int64_t number = step == SQLITE_ROW ? sqlite3_column_int64(select, 0) : 0;
    const Status status = step == SQLITE_ROW    ? Status::Ok()
                          : step == SQLITE_DONE ? Damaged("a row is missing")
                                                : Failure();
    sqlite3_finalize(select);
    if (!status.ok()) return status;
    return number;
  }

  Status Damaged(const std::string& cause) const {
    return Status::Unavailable("the store's file " + path_ + " is damaged (" + cause +
                               "): put a backup in its place, or move it away to begin with an empty lab");
  }

  // What the connection's last error means to the owner of the lab.
  Status Failure() const {
    const int code = db_ == nullptr ? SQLITE_NOMEM : sqlite3_errcode(db_) & 0xff;
    const int cause = db_ == nullptr ? 0 : sqlite3_system_errno(db_);
    std::string detail = db_ == nullptr ? "out of memory" : sqlite3_errmsg(db_);
    if (cause != 0) detail += std::string(", ") + std::strerror(cause);
    const std::string nothing = "; nothing was stored";
    switch (code) {
      case SQLITE_FULL:
        return Status::Unavailable("the disk of " + Folder(path_) + " is full: free some space" + nothing);
      case SQLITE_IOERR:
        if (cause == ENOSPC || cause == EDQUOT) {
          return Status::Unavailable("the disk of " + Folder(path_) + " is full: free some space" + nothing);
        }
        return Status::Unavailable("the disk of " + Folder(path_) + " fails (" + detail + "): check it" + nothing);
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return Status::Unavailable("the store's file " + path_ + " is in use by another process: stop that first" +
                                   nothing);
      case SQLITE_READONLY:
      case SQLITE_PERM:
      case SQLITE_CANTOPEN:
      case SQLITE_AUTH:
        return Status::Unavailable("the store's file " + path_ + " can't be written (" + detail +
                                   "): give it to the user that runs Croft" + nothing);
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
        return Damaged(detail);
      default:
        return Status::Unavailable("the store's file " + path_ + " can't be used (" + detail + ")" + nothing);
    }
  }

  const std::string path_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt* upsert_ = nullptr;
  sqlite3_stmt* erase_ = nullptr;
  sqlite3_stmt* raise_ = nullptr;
  sqlite3_stmt* begin_ = nullptr;
  sqlite3_stmt* commit_ = nullptr;
  uint64_t revision_ = 0;  // as stored
};

}  // namespace

Result<std::unique_ptr<Backend>> SqliteBackend(const std::string& path) {
  auto backend = std::make_unique<Sqlite>(path);
  CROFT_RETURN_IF_ERROR(backend->Open());
  return std::unique_ptr<Backend>(std::move(backend));
}

}  // namespace croft::store
