-- A register of revision 0002, filled in virtual time through the code of commit 0df09ab (release 0.1.0); never edited by hand.
BEGIN TRANSACTION;
CREATE TABLE absence (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	starts_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	owner VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_absence PRIMARY KEY (id), 
	CONSTRAINT ck_absence_absence_ends CHECK (ends_at > starts_at), 
	CONSTRAINT fk_absence_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_absence_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "absence" VALUES('sufnbsdnkcoqjxxdgyvoer2jpm','4xeqsl72wqsb7stf2ud2b4gcvi','sa2elfo7msmua2qbpau4wastfi',1773097200000,1773306000000,'s3zhge4jvfhvz62zoenq3qpkxa',1773097200000);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE app_user (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	display_name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	email TEXT, 
	language VARCHAR(8) NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	disabled_at BIGINT, 
	CONSTRAINT pk_app_user PRIMARY KEY (id), 
	CONSTRAINT fk_app_user_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_app_user_login UNIQUE (login)
);
INSERT INTO "app_user" VALUES('s3zhge4jvfhvz62zoenq3qpkxa','4xeqsl72wqsb7stf2ud2b4gcvi','aoki','青木 恵','caseworker','aoki@example.jp','en','$argon2id$v=19$m=8,t=1,p=1$nVeP5Nn5877f477aSkZIdA$bOLPVR8vcVCIAj5npSzprfyjsqDhXjpJ7jytTXjV1dw',1772319600000,NULL);
INSERT INTO "app_user" VALUES('ui76miy5avt45gxm42tp526y7e','4xeqsl72wqsb7stf2ud2b4gcvi','sakura','桜 次郎','caseworker','sakura@example.jp','en','$argon2id$v=19$m=8,t=1,p=1$OtP/6RTWu8OKKR8TV4883g$T9HAx3So5looEP40AV50+/1pl1KYiHaroAvkDyfFeJ4',1772319600000,NULL);
INSERT INTO "app_user" VALUES('5ucrtwbfeqcd3mvpjffx26hi5a','4xeqsl72wqsb7stf2ud2b4gcvi','mori','森 健','technician','mori@example.jp','en','$argon2id$v=19$m=8,t=1,p=1$PnHfUMWjwxFiMQbnWMUO9Q$aDfvTXWK8foElxo8cQOrybokgfnsjCIJsmsEMOMdo68',1772319600000,NULL);
INSERT INTO "app_user" VALUES('d54hskgobxleq47kduj6ojuvcu','4xeqsl72wqsb7stf2ud2b4gcvi','kanri','管理 太郎','administrator','kanri@example.jp','en','$argon2id$v=19$m=8,t=1,p=1$uMfmQk1NXNTwANHQnWccbA$D8SR2h6FXgyU3gPwouYkazX7RVtMoDZnOmbklsaS7yE',1772319600000,NULL);
INSERT INTO "app_user" VALUES('46ckh76pjrkyabyvimajqwkxzu','4xeqsl72wqsb7stf2ud2b4gcvi','hanako','山田 花子','family','hanako@example.jp','en','$argon2id$v=19$m=8,t=1,p=1$wmom+StcY2fi//ArwHwocA$6ezA4Hg/lneN5EjrZfQaTN503Ns8MFN+0UZvvHGoY3A',1772319600000,NULL);
CREATE TABLE assignment (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT, 
	CONSTRAINT pk_assignment PRIMARY KEY (id), 
	CONSTRAINT fk_assignment_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_assignment_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_assignment_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "assignment" VALUES('5phorlwz7rr2u64dulwhkvmhly','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','ck3nuilepsjg454sawoyljop6q',1772319600000,NULL);
INSERT INTO "assignment" VALUES('ouew2nzz7hqoejjamwjeu44udy','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','ck3nuilepsjg454sawoyljop6q',1772319600000,NULL);
INSERT INTO "assignment" VALUES('ifkz4kxsuaa37ygsq4hegdarea','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','jhfgf4gzpxu73eog7d6nl2bu5y',1772319600000,NULL);
INSERT INTO "assignment" VALUES('dhnrdgccnl7gkpsychkq5zbksq','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','jhfgf4gzpxu73eog7d6nl2bu5y',1772319600000,NULL);
INSERT INTO "assignment" VALUES('q65qdgmx7peurkwcdao3ilsoxe','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','tclfnehqyhphgcexiczlwavb2a',1772319600000,NULL);
INSERT INTO "assignment" VALUES('w4ur7boraffloy2shp6uocz46a','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','tclfnehqyhphgcexiczlwavb2a',1772319600000,NULL);
INSERT INTO "assignment" VALUES('gghm7fenrqagofoi2oms6qd5ue','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','iout4zzdgepnafvgjjtlipvl7e',1772319600000,NULL);
INSERT INTO "assignment" VALUES('gap2wiwltk7jetsdpzfb3a3vta','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','iout4zzdgepnafvgjjtlipvl7e',1772319600000,NULL);
INSERT INTO "assignment" VALUES('baazn45sng6jnek64eqdz2imea','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','cddmjrdscjmrvsq67vj7oopipe',1772319600000,NULL);
INSERT INTO "assignment" VALUES('snlkb5zoakue56ky4ljhn2ouje','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','cddmjrdscjmrvsq67vj7oopipe',1772319600000,NULL);
INSERT INTO "assignment" VALUES('pwp7k6odjjhe25ms2h73zi47vu','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','6diaatqj7e52khsttftgxtagre',1772319600000,NULL);
INSERT INTO "assignment" VALUES('x3d7zfgbogbp77ct6lsp4jkzhi','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','6diaatqj7e52khsttftgxtagre',1772319600000,NULL);
INSERT INTO "assignment" VALUES('tozgar6jkxoe5vhdccsrh73oy4','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','zmh3novwgangqmohghqecbjxta',1772319600000,NULL);
INSERT INTO "assignment" VALUES('5yjd3xxokdewgkxmeuhtxysr6e','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','zmh3novwgangqmohghqecbjxta',1772319600000,NULL);
INSERT INTO "assignment" VALUES('oasljyi6g7z7tcufizyj7oogwu','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa','sa2elfo7msmua2qbpau4wastfi',1772319600000,NULL);
INSERT INTO "assignment" VALUES('dxzrfi2wogct2rgt7xlvmvgki4','4xeqsl72wqsb7stf2ud2b4gcvi','5ucrtwbfeqcd3mvpjffx26hi5a','sa2elfo7msmua2qbpau4wastfi',1772319600000,NULL);
CREATE TABLE audit (
	position INTEGER NOT NULL, 
	municipality_id VARCHAR(32), 
	at BIGINT NOT NULL, 
	actor VARCHAR(64) NOT NULL, 
	action VARCHAR(64) NOT NULL, 
	object VARCHAR(96) NOT NULL, 
	result VARCHAR(16) NOT NULL, 
	previous_hash BLOB NOT NULL, 
	hash BLOB NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (position), 
	CONSTRAINT fk_audit_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "audit" VALUES(1,'4xeqsl72wqsb7stf2ud2b4gcvi',1773097200000,'s3zhge4jvfhvz62zoenq3qpkxa','absence.add','home:sa2elfo7msmua2qbpau4wastfi','done',X'0000000000000000000000000000000000000000000000000000000000000000',X'CC2D74FD29B6644644C3AE6F3406E8F203E8A4A85BA5D1758FB9B6AA04B16C9C');
INSERT INTO "audit" VALUES(2,'4xeqsl72wqsb7stf2ud2b4gcvi',1773099720000,'s3zhge4jvfhvz62zoenq3qpkxa','case.acknowledge','case:rd47p75e4ehgv6r5oracy7p6du','done',X'CC2D74FD29B6644644C3AE6F3406E8F203E8A4A85BA5D1758FB9B6AA04B16C9C',X'6C9048614E439A3410B7C188A86936643B098836156EB2CB52D345B6E02C83CB');
INSERT INTO "audit" VALUES(3,'4xeqsl72wqsb7stf2ud2b4gcvi',1773099900000,'s3zhge4jvfhvz62zoenq3qpkxa','case.resolve','case:rd47p75e4ehgv6r5oracy7p6du','done',X'6C9048614E439A3410B7C188A86936643B098836156EB2CB52D345B6E02C83CB',X'02F86D7CADE42C533C8861E0680F8BA4E8F9A3D12A1B0E2A524C019F9332408C');
INSERT INTO "audit" VALUES(4,'4xeqsl72wqsb7stf2ud2b4gcvi',1773100500000,'s3zhge4jvfhvz62zoenq3qpkxa','case.acknowledge','case:coz6kafr2uuuo67d3i6oyrc47q','done',X'02F86D7CADE42C533C8861E0680F8BA4E8F9A3D12A1B0E2A524C019F9332408C',X'63C3D0BD2FA871745222EA9790794A10D3FB34EB33C8032D47CCC389EE88D9E8');
CREATE TABLE care_case (
	id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	municipality_id VARCHAR(32), 
	home_id VARCHAR(32), 
	resident_id VARCHAR(32), 
	kind VARCHAR(16) NOT NULL, 
	cause VARCHAR(24) NOT NULL, 
	matter VARCHAR(96) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	is_review BOOLEAN NOT NULL, 
	opened_at BIGINT NOT NULL, 
	acknowledged_at BIGINT, 
	acknowledged_by VARCHAR(32), 
	resolved_at BIGINT, 
	resolved_by VARCHAR(32), 
	outcome VARCHAR(16), 
	resolved_cause VARCHAR(24), 
	note TEXT, 
	CONSTRAINT pk_care_case PRIMARY KEY (id), 
	CONSTRAINT fk_care_case_acknowledged_by FOREIGN KEY(acknowledged_by) REFERENCES app_user (id), 
	CONSTRAINT fk_care_case_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_care_case_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_care_case_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id), 
	CONSTRAINT fk_care_case_resolved_by FOREIGN KEY(resolved_by) REFERENCES app_user (id), 
	CONSTRAINT uq_care_case_number UNIQUE (number)
);
INSERT INTO "care_case" VALUES('otgcyxhcocieunsotmibuqce7a',1,'4xeqsl72wqsb7stf2ud2b4gcvi','iout4zzdgepnafvgjjtlipvl7e',NULL,'technical','gateway_silent','iout4zzdgepnafvgjjtlipvl7e|gateway_silent','triggered',0,1773099000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "care_case" VALUES('rd47p75e4ehgv6r5oracy7p6du',2,'4xeqsl72wqsb7stf2ud2b4gcvi','ck3nuilepsjg454sawoyljop6q','xjzmhhu7eu2kpufrz3s6uye2fi','resident','help','ck3nuilepsjg454sawoyljop6q|help','resolved',0,1773099600000,1773099720000,'s3zhge4jvfhvz62zoenq3qpkxa',1773099900000,'s3zhge4jvfhvz62zoenq3qpkxa','well','other','Spoke to her');
INSERT INTO "care_case" VALUES('coz6kafr2uuuo67d3i6oyrc47q',3,'4xeqsl72wqsb7stf2ud2b4gcvi','tclfnehqyhphgcexiczlwavb2a','kf43uj4gwye5rotmrgkfuzhtai','resident','help','tclfnehqyhphgcexiczlwavb2a|help','acknowledged',0,1773100200000,1773100500000,'s3zhge4jvfhvz62zoenq3qpkxa',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "care_case" VALUES('5w4vlfp6lqexig5k5miaadkpim',4,'4xeqsl72wqsb7stf2ud2b4gcvi','jhfgf4gzpxu73eog7d6nl2bu5y','yiiagrlfrwhufsgny52c2gtpgq','resident','inactivity','jhfgf4gzpxu73eog7d6nl2bu5y|inactivity','triggered',0,1773100800000,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "care_case" VALUES('qp6epqlykomz7oyiwwoxmz4bie',5,'4xeqsl72wqsb7stf2ud2b4gcvi','cddmjrdscjmrvsq67vj7oopipe','ceb3iqp4f5hlzxlfzypcp67w7m','resident','inactivity','cddmjrdscjmrvsq67vj7oopipe|inactivity','triggered',0,1773100920000,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "care_case" VALUES('7p4h6jpy524pb75stz4tugnbxm',6,'4xeqsl72wqsb7stf2ud2b4gcvi','6diaatqj7e52khsttftgxtagre','mxuomibx7ixtd2pzwuhxmdv2xy','resident','help','6diaatqj7e52khsttftgxtagre|help','triggered',0,1773100980000,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE case_event (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	municipality_id VARCHAR(32), 
	case_id VARCHAR(32) NOT NULL, 
	at BIGINT NOT NULL, 
	word VARCHAR(24) NOT NULL, 
	actor VARCHAR(32) NOT NULL, 
	detail JSON NOT NULL, 
	CONSTRAINT fk_case_event_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_case_event_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "case_event" VALUES(1,'4xeqsl72wqsb7stf2ud2b4gcvi','otgcyxhcocieunsotmibuqce7a',1773099000000,'opened','alerting','{"reason": "nothing_heard", "happened_at": "2026-03-09T23:20:00+00:00", "arrived_at": "2026-03-09T23:30:00+00:00"}');
INSERT INTO "case_event" VALUES(2,'4xeqsl72wqsb7stf2ud2b4gcvi','otgcyxhcocieunsotmibuqce7a',1773099000000,'step_taken','alerting','{"step": 1, "who": "technicians", "reason": "first", "people": ["5ucrtwbfeqcd3mvpjffx26hi5a"]}');
INSERT INTO "case_event" VALUES(3,'4xeqsl72wqsb7stf2ud2b4gcvi','rd47p75e4ehgv6r5oracy7p6du',1773099600000,'opened','alerting','{"reason": "button_pressed", "happened_at": "2026-03-09T23:40:00+00:00", "arrived_at": "2026-03-09T23:40:00+00:00"}');
INSERT INTO "case_event" VALUES(4,'4xeqsl72wqsb7stf2ud2b4gcvi','rd47p75e4ehgv6r5oracy7p6du',1773099600000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "people": ["s3zhge4jvfhvz62zoenq3qpkxa"]}');
INSERT INTO "case_event" VALUES(5,'4xeqsl72wqsb7stf2ud2b4gcvi','rd47p75e4ehgv6r5oracy7p6du',1773099720000,'acknowledged','s3zhge4jvfhvz62zoenq3qpkxa','{}');
INSERT INTO "case_event" VALUES(6,'4xeqsl72wqsb7stf2ud2b4gcvi','rd47p75e4ehgv6r5oracy7p6du',1773099900000,'resolved','s3zhge4jvfhvz62zoenq3qpkxa','{"outcome": "well", "cause": "other"}');
INSERT INTO "case_event" VALUES(7,'4xeqsl72wqsb7stf2ud2b4gcvi','coz6kafr2uuuo67d3i6oyrc47q',1773100200000,'opened','alerting','{"reason": "button_pressed", "happened_at": "2026-03-09T23:50:00+00:00", "arrived_at": "2026-03-09T23:50:00+00:00"}');
INSERT INTO "case_event" VALUES(8,'4xeqsl72wqsb7stf2ud2b4gcvi','coz6kafr2uuuo67d3i6oyrc47q',1773100200000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "people": ["s3zhge4jvfhvz62zoenq3qpkxa"]}');
INSERT INTO "case_event" VALUES(9,'4xeqsl72wqsb7stf2ud2b4gcvi','coz6kafr2uuuo67d3i6oyrc47q',1773100500000,'acknowledged','s3zhge4jvfhvz62zoenq3qpkxa','{}');
INSERT INTO "case_event" VALUES(10,'4xeqsl72wqsb7stf2ud2b4gcvi','5w4vlfp6lqexig5k5miaadkpim',1773100800000,'opened','alerting','{"reason": "silence_past_deadline", "happened_at": "2026-03-09T17:00:00+00:00", "arrived_at": "2026-03-10T00:00:00+00:00", "last_activity_at": "2026-03-09T17:00:00+00:00", "due_at": "2026-03-10T00:00:00+00:00"}');
INSERT INTO "case_event" VALUES(11,'4xeqsl72wqsb7stf2ud2b4gcvi','5w4vlfp6lqexig5k5miaadkpim',1773100800000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "people": ["s3zhge4jvfhvz62zoenq3qpkxa"]}');
INSERT INTO "case_event" VALUES(12,'4xeqsl72wqsb7stf2ud2b4gcvi','qp6epqlykomz7oyiwwoxmz4bie',1773100920000,'opened','alerting','{"reason": "silence_past_deadline", "happened_at": "2026-03-09T17:02:00+00:00", "arrived_at": "2026-03-10T00:02:00+00:00", "last_activity_at": "2026-03-09T17:02:00+00:00", "due_at": "2026-03-10T00:02:00+00:00"}');
INSERT INTO "case_event" VALUES(13,'4xeqsl72wqsb7stf2ud2b4gcvi','qp6epqlykomz7oyiwwoxmz4bie',1773100920000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "people": ["s3zhge4jvfhvz62zoenq3qpkxa"]}');
INSERT INTO "case_event" VALUES(14,'4xeqsl72wqsb7stf2ud2b4gcvi','7p4h6jpy524pb75stz4tugnbxm',1773100980000,'opened','alerting','{"reason": "button_pressed", "happened_at": "2026-03-10T00:03:00+00:00", "arrived_at": "2026-03-10T00:03:00+00:00"}');
INSERT INTO "case_event" VALUES(15,'4xeqsl72wqsb7stf2ud2b4gcvi','7p4h6jpy524pb75stz4tugnbxm',1773100980000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "people": ["s3zhge4jvfhvz62zoenq3qpkxa"]}');
CREATE TABLE consent (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	resident_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	scope VARCHAR(16) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT, 
	CONSTRAINT pk_consent PRIMARY KEY (id), 
	CONSTRAINT fk_consent_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_consent_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id), 
	CONSTRAINT fk_consent_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "consent" VALUES('bsb4gxntl4n3tm6hwrhjc22qta','4xeqsl72wqsb7stf2ud2b4gcvi','xjzmhhu7eu2kpufrz3s6uye2fi','46ckh76pjrkyabyvimajqwkxzu','summary',1772319600000,NULL);
CREATE TABLE cursor (
	consumer VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	position BIGINT NOT NULL, 
	CONSTRAINT pk_cursor PRIMARY KEY (consumer), 
	CONSTRAINT fk_cursor_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "cursor" VALUES('alerting',NULL,6);
CREATE TABLE darkness (
	home_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	since BIGINT NOT NULL, 
	found_at BIGINT NOT NULL, 
	CONSTRAINT pk_darkness PRIMARY KEY (home_id), 
	CONSTRAINT fk_darkness_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_darkness_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
CREATE TABLE deadline (
	home_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	version INTEGER NOT NULL, 
	due_at BIGINT, 
	last_activity_at BIGINT NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	usual_silence BIGINT, 
	mode VARCHAR(16) NOT NULL, 
	fired_at BIGINT, 
	called_at BIGINT, 
	CONSTRAINT pk_deadline PRIMARY KEY (home_id), 
	CONSTRAINT fk_deadline_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_deadline_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "deadline" VALUES('ck3nuilepsjg454sawoyljop6q','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773117000000,1773095400000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('jhfgf4gzpxu73eog7d6nl2bu5y','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('tclfnehqyhphgcexiczlwavb2a','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('iout4zzdgepnafvgjjtlipvl7e','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('cddmjrdscjmrvsq67vj7oopipe','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('6diaatqj7e52khsttftgxtagre','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('zmh3novwgangqmohghqecbjxta','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('sa2elfo7msmua2qbpau4wastfi','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
CREATE TABLE episode (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	case_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	began_at BIGINT NOT NULL, 
	found_at BIGINT NOT NULL, 
	last_evidence_at BIGINT NOT NULL, 
	recovered_at BIGINT, 
	last_activity_at BIGINT, 
	due_at BIGINT, 
	blind_since BIGINT, 
	steps_taken INTEGER NOT NULL, 
	next_step_at BIGINT, 
	CONSTRAINT pk_episode PRIMARY KEY (id), 
	CONSTRAINT fk_episode_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_episode_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_episode_case_id_number UNIQUE (case_id, number)
);
INSERT INTO "episode" VALUES('6dt2otors3jf7bkuuktv7kq3f4','4xeqsl72wqsb7stf2ud2b4gcvi','otgcyxhcocieunsotmibuqce7a',1,'nothing_heard',1773098400000,1773099000000,1773098400000,NULL,NULL,NULL,NULL,1,1773102600000);
INSERT INTO "episode" VALUES('apdap4z6clicsvoeku5casoddu','4xeqsl72wqsb7stf2ud2b4gcvi','rd47p75e4ehgv6r5oracy7p6du',1,'button_pressed',1773099600000,1773099600000,1773099600000,NULL,NULL,NULL,NULL,1,NULL);
INSERT INTO "episode" VALUES('cqrjp3osgomoiwpdd6jy7tzyqa','4xeqsl72wqsb7stf2ud2b4gcvi','coz6kafr2uuuo67d3i6oyrc47q',1,'button_pressed',1773100200000,1773100200000,1773100200000,NULL,NULL,NULL,NULL,1,NULL);
INSERT INTO "episode" VALUES('pjluoyft7n5id2myvrddairk3e','4xeqsl72wqsb7stf2ud2b4gcvi','5w4vlfp6lqexig5k5miaadkpim',1,'silence_past_deadline',1773075600000,1773100800000,1773075600000,NULL,1773075600000,1773100800000,NULL,1,1773101400000);
INSERT INTO "episode" VALUES('nnpsow7bokzy7yqwlhxkxrk24m','4xeqsl72wqsb7stf2ud2b4gcvi','qp6epqlykomz7oyiwwoxmz4bie',1,'silence_past_deadline',1773075720000,1773100920000,1773075720000,NULL,1773075720000,1773100920000,NULL,1,1773101520000);
INSERT INTO "episode" VALUES('ramepesyorfg5h4drbnctlhlnu','4xeqsl72wqsb7stf2ud2b4gcvi','7p4h6jpy524pb75stz4tugnbxm',1,'button_pressed',1773100980000,1773100980000,1773100980000,NULL,NULL,NULL,NULL,1,1773101580000);
CREATE TABLE escalation_policy (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32), 
	kind VARCHAR(16) NOT NULL, 
	steps JSON NOT NULL, 
	CONSTRAINT pk_escalation_policy PRIMARY KEY (id), 
	CONSTRAINT fk_escalation_policy_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_escalation_policy_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_escalation_policy_municipality_id_home_id_kind UNIQUE (municipality_id, home_id, kind)
);
INSERT INTO "escalation_policy" VALUES('7mtaxitjqgvuqdt34h4umzzwru','4xeqsl72wqsb7stf2ud2b4gcvi',NULL,'resident','[{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}]');
CREATE TABLE finding (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	municipality_id VARCHAR(32), 
	home_id VARCHAR(32), 
	cause VARCHAR(24) NOT NULL, 
	phase VARCHAR(16) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	began_at BIGINT NOT NULL, 
	found_at BIGINT NOT NULL, 
	sensor_id VARCHAR(32), 
	last_activity_at BIGINT, 
	due_at BIGINT, 
	blind_since BIGINT, 
	service VARCHAR(32), 
	"key" VARCHAR(255) NOT NULL, 
	CONSTRAINT fk_finding_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_finding_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_finding_sensor_id FOREIGN KEY(sensor_id) REFERENCES sensor (id), 
	CONSTRAINT uq_finding_key UNIQUE ("key")
);
INSERT INTO "finding" VALUES(1,'4xeqsl72wqsb7stf2ud2b4gcvi','iout4zzdgepnafvgjjtlipvl7e','gateway_silent','begun','nothing_heard',1773098400000,1773099000000,NULL,NULL,NULL,NULL,NULL,'iout4zzdgepnafvgjjtlipvl7e|gateway_silent|begun|nothing_heard|-|-|2026-03-09T23:20:00+00:00');
INSERT INTO "finding" VALUES(2,'4xeqsl72wqsb7stf2ud2b4gcvi','ck3nuilepsjg454sawoyljop6q','help','begun','button_pressed',1773099600000,1773099600000,NULL,NULL,NULL,NULL,NULL,'ck3nuilepsjg454sawoyljop6q|help|begun|button_pressed|-|-|2026-03-09T23:40:00+00:00');
INSERT INTO "finding" VALUES(3,'4xeqsl72wqsb7stf2ud2b4gcvi','tclfnehqyhphgcexiczlwavb2a','help','begun','button_pressed',1773100200000,1773100200000,NULL,NULL,NULL,NULL,NULL,'tclfnehqyhphgcexiczlwavb2a|help|begun|button_pressed|-|-|2026-03-09T23:50:00+00:00');
INSERT INTO "finding" VALUES(4,'4xeqsl72wqsb7stf2ud2b4gcvi','jhfgf4gzpxu73eog7d6nl2bu5y','inactivity','begun','silence_past_deadline',1773075600000,1773100800000,NULL,1773075600000,1773100800000,NULL,NULL,'jhfgf4gzpxu73eog7d6nl2bu5y|inactivity|begun|silence_past_deadline|-|-|2026-03-09T17:00:00+00:00');
INSERT INTO "finding" VALUES(5,'4xeqsl72wqsb7stf2ud2b4gcvi','cddmjrdscjmrvsq67vj7oopipe','inactivity','begun','silence_past_deadline',1773075720000,1773100920000,NULL,1773075720000,1773100920000,NULL,NULL,'cddmjrdscjmrvsq67vj7oopipe|inactivity|begun|silence_past_deadline|-|-|2026-03-09T17:02:00+00:00');
INSERT INTO "finding" VALUES(6,'4xeqsl72wqsb7stf2ud2b4gcvi','6diaatqj7e52khsttftgxtagre','help','begun','button_pressed',1773100980000,1773100980000,NULL,NULL,NULL,NULL,NULL,'6diaatqj7e52khsttftgxtagre|help|begun|button_pressed|-|-|2026-03-10T00:03:00+00:00');
INSERT INTO "finding" VALUES(7,'4xeqsl72wqsb7stf2ud2b4gcvi','zmh3novwgangqmohghqecbjxta','inactivity','begun','silence_past_deadline',1773078000000,1773100980000,NULL,1773078000000,1773100980000,NULL,NULL,'zmh3novwgangqmohghqecbjxta|inactivity|begun|silence_past_deadline|-|-|2026-03-09T17:40:00+00:00');
CREATE TABLE gateway (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	key_generation INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	revoked_at BIGINT, 
	CONSTRAINT pk_gateway PRIMARY KEY (id), 
	CONSTRAINT fk_gateway_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "gateway" VALUES('nnhckuzsbpbjbqhrjqaeu6dcsu','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('lerrunz6s6fw6hrkax7pxkwu3i','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('sdnvyorl6v4xbryesr24daijo4','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('5lkt4cuazml222zw4bzhkyqnfm','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('q7n7pllc4jflijb2fwoqx5ts7i','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('vjqmmgz7shmfnkbcaoqi7apbta','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('qx6wbprgsancudsviwq3f7hcny','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('qcltgtfe34gvzus3jzwjgqv6gq','4xeqsl72wqsb7stf2ud2b4gcvi',1,1772319600000,NULL);
CREATE TABLE gateway_placement (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	gateway_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT, 
	CONSTRAINT pk_gateway_placement PRIMARY KEY (id), 
	CONSTRAINT fk_gateway_placement_gateway_id FOREIGN KEY(gateway_id) REFERENCES gateway (id), 
	CONSTRAINT fk_gateway_placement_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_gateway_placement_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "gateway_placement" VALUES('sp5lj4u37ulne7x2r6di5uf33y','4xeqsl72wqsb7stf2ud2b4gcvi','nnhckuzsbpbjbqhrjqaeu6dcsu','ck3nuilepsjg454sawoyljop6q',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('jfrl4v5ju3ywr6owtnxtfbwfxy','4xeqsl72wqsb7stf2ud2b4gcvi','lerrunz6s6fw6hrkax7pxkwu3i','jhfgf4gzpxu73eog7d6nl2bu5y',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('7nrikbxowpccagplr6jowvii2a','4xeqsl72wqsb7stf2ud2b4gcvi','sdnvyorl6v4xbryesr24daijo4','tclfnehqyhphgcexiczlwavb2a',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('suwux472saxrgqiz2jtvvfxb44','4xeqsl72wqsb7stf2ud2b4gcvi','5lkt4cuazml222zw4bzhkyqnfm','iout4zzdgepnafvgjjtlipvl7e',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('hjc4hx3x7rd6eaakldcns2mykm','4xeqsl72wqsb7stf2ud2b4gcvi','q7n7pllc4jflijb2fwoqx5ts7i','cddmjrdscjmrvsq67vj7oopipe',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('xv2igsgvvd677psturqjft57ce','4xeqsl72wqsb7stf2ud2b4gcvi','vjqmmgz7shmfnkbcaoqi7apbta','6diaatqj7e52khsttftgxtagre',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('2qewxxmve7xdqqwodtw7df7jsi','4xeqsl72wqsb7stf2ud2b4gcvi','qx6wbprgsancudsviwq3f7hcny','zmh3novwgangqmohghqecbjxta',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('4rdpn3ns535y2gubc7vfytryxa','4xeqsl72wqsb7stf2ud2b4gcvi','qcltgtfe34gvzus3jzwjgqv6gq','sa2elfo7msmua2qbpau4wastfi',1772319600000,NULL);
CREATE TABLE gateway_state (
	gateway_id VARCHAR(32) NOT NULL, 
	lane VARCHAR(8) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	epoch VARCHAR(32) NOT NULL, 
	last_heard_at BIGINT NOT NULL, 
	watermark BIGINT, 
	CONSTRAINT pk_gateway_state PRIMARY KEY (gateway_id, lane), 
	CONSTRAINT fk_gateway_state_gateway_id FOREIGN KEY(gateway_id) REFERENCES gateway (id), 
	CONSTRAINT fk_gateway_state_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
CREATE TABLE gateway_status (
	gateway_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	online BOOLEAN NOT NULL, 
	at BIGINT NOT NULL, 
	detail TEXT NOT NULL, 
	CONSTRAINT pk_gateway_status PRIMARY KEY (gateway_id), 
	CONSTRAINT fk_gateway_status_gateway_id FOREIGN KEY(gateway_id) REFERENCES gateway (id), 
	CONSTRAINT fk_gateway_status_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
CREATE TABLE home (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	code VARCHAR(16) NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_home PRIMARY KEY (id), 
	CONSTRAINT fk_home_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_home_municipality_id_code UNIQUE (municipality_id, code)
);
INSERT INTO "home" VALUES('ck3nuilepsjg454sawoyljop6q','4xeqsl72wqsb7stf2ud2b4gcvi','K-01','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('jhfgf4gzpxu73eog7d6nl2bu5y','4xeqsl72wqsb7stf2ud2b4gcvi','K-02','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('tclfnehqyhphgcexiczlwavb2a','4xeqsl72wqsb7stf2ud2b4gcvi','K-03','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('iout4zzdgepnafvgjjtlipvl7e','4xeqsl72wqsb7stf2ud2b4gcvi','K-04','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('cddmjrdscjmrvsq67vj7oopipe','4xeqsl72wqsb7stf2ud2b4gcvi','K-05','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('6diaatqj7e52khsttftgxtagre','4xeqsl72wqsb7stf2ud2b4gcvi','K-06','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('zmh3novwgangqmohghqecbjxta','4xeqsl72wqsb7stf2ud2b4gcvi','K-07','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('sa2elfo7msmua2qbpau4wastfi','4xeqsl72wqsb7stf2ud2b4gcvi','K-08','Asia/Tokyo',1772319600000);
CREATE TABLE home_state (
	home_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	position BIGINT NOT NULL, 
	last_heard_at BIGINT NOT NULL, 
	watermark BIGINT, 
	last_activity_at BIGINT, 
	last_activity_sensor VARCHAR(32), 
	last_activity_arrived_at BIGINT, 
	previous_activity_at BIGINT, 
	CONSTRAINT pk_home_state PRIMARY KEY (home_id), 
	CONSTRAINT fk_home_state_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_home_state_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "home_state" VALUES('ck3nuilepsjg454sawoyljop6q','4xeqsl72wqsb7stf2ud2b4gcvi',2,1773097180000,1773097180000,1773095400000,'kc2nkd7ke7jio3nexvxtbps33i',1773095400000,NULL);
INSERT INTO "home_state" VALUES('jhfgf4gzpxu73eog7d6nl2bu5y','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'cfgxqxgmp3vd7ktdtzcs6qsaua',1773096780000,NULL);
INSERT INTO "home_state" VALUES('tclfnehqyhphgcexiczlwavb2a','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'yd3blezpa2htqqcw3uhwdcwzrq',1773096780000,NULL);
INSERT INTO "home_state" VALUES('iout4zzdgepnafvgjjtlipvl7e','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'genztclu4xoiv5tavs6wnhub44',1773096780000,NULL);
INSERT INTO "home_state" VALUES('cddmjrdscjmrvsq67vj7oopipe','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'huc53zpbv3alxjoa4mv4gpnzsq',1773096780000,NULL);
INSERT INTO "home_state" VALUES('6diaatqj7e52khsttftgxtagre','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'u6ujifqb4uvks7mflrnutd27r4',1773096780000,NULL);
INSERT INTO "home_state" VALUES('zmh3novwgangqmohghqecbjxta','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'33uyklbz2l7hmo3hgj4t5hfoue',1773096780000,NULL);
INSERT INTO "home_state" VALUES('sa2elfo7msmua2qbpau4wastfi','4xeqsl72wqsb7stf2ud2b4gcvi',1,1773097180000,1773097180000,1773096780000,'4g26aadhcxfs4ieahg4jc7zc74',1773096780000,NULL);
CREATE TABLE login_failure (
	position INTEGER NOT NULL, 
	municipality_id VARCHAR(32), 
	login_hash BLOB NOT NULL, 
	address_hash BLOB NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_login_failure PRIMARY KEY (position), 
	CONSTRAINT fk_login_failure_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "login_failure" VALUES(1,NULL,X'781F92B36E75E4A3B34F333BA561019A9BEC730F1AB33B046227FE9B8A5C57DF',X'694BFD46D249B429744ACC6166B9B572B899BE638F4A6517FD3827BB5E12B8BC',1773097140000);
CREATE TABLE municipality (
	id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	CONSTRAINT pk_municipality PRIMARY KEY (id)
);
INSERT INTO "municipality" VALUES('4xeqsl72wqsb7stf2ud2b4gcvi','みまもり市');
CREATE TABLE notification (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	case_id VARCHAR(32) NOT NULL, 
	episode_id VARCHAR(32) NOT NULL, 
	step INTEGER NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	channel VARCHAR(16) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT NOT NULL, 
	dedupe_key VARCHAR(128) NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	created_at BIGINT NOT NULL, 
	due_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	retry_at_s FLOAT, 
	lease_owner VARCHAR(32), 
	lease_until_s FLOAT, 
	last_error TEXT, 
	provider_id TEXT, 
	accepted_at BIGINT, 
	CONSTRAINT pk_notification PRIMARY KEY (id), 
	CONSTRAINT fk_notification_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_notification_episode_id FOREIGN KEY(episode_id) REFERENCES episode (id), 
	CONSTRAINT fk_notification_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_notification_user_id FOREIGN KEY(user_id) REFERENCES app_user (id), 
	CONSTRAINT uq_notification_dedupe_key UNIQUE (dedupe_key)
);
INSERT INTO "notification" VALUES('bmqqnzlpa347ae5s5wdimmk4ny','4xeqsl72wqsb7stf2ud2b4gcvi','otgcyxhcocieunsotmibuqce7a','6dt2otors3jf7bkuuktv7kq3f4',1,'5ucrtwbfeqcd3mvpjffx26hi5a','email','en','[Mimamori] Equipment K-04: nothing is heard (case 1)','K-04, case 1

Nothing was heard from this home since 08:20, for 10 min. What happens there cannot be seen.
Look and answer: https://mimamori.example/cases/otgcyxhcocieunsotmibuqce7a
This is not an emergency service. Where life is in danger, call 119.
','6dt2otors3jf7bkuuktv7kq3f4|1|5ucrtwbfeqcd3mvpjffx26hi5a|email','accepted',1773099000000,1773099000000,1773185400000,1,NULL,NULL,NULL,NULL,NULL,1773099000000);
INSERT INTO "notification" VALUES('7zo65u3mtpxuz3zsowwgtyphb4','4xeqsl72wqsb7stf2ud2b4gcvi','rd47p75e4ehgv6r5oracy7p6du','apdap4z6clicsvoeku5casoddu',1,'s3zhge4jvfhvz62zoenq3qpkxa','email','en','[Mimamori] URGENT K-01: help button pressed (case 2)','K-01, case 2

The help button was pressed at 08:40.
Look and answer: https://mimamori.example/cases/rd47p75e4ehgv6r5oracy7p6du
This is not an emergency service. Where life is in danger, call 119.
','apdap4z6clicsvoeku5casoddu|1|s3zhge4jvfhvz62zoenq3qpkxa|email','accepted',1773099600000,1773099600000,1773186000000,1,NULL,NULL,NULL,NULL,NULL,1773099600000);
INSERT INTO "notification" VALUES('523asbxrjwhrm5sw23mllpr34m','4xeqsl72wqsb7stf2ud2b4gcvi','coz6kafr2uuuo67d3i6oyrc47q','cqrjp3osgomoiwpdd6jy7tzyqa',1,'s3zhge4jvfhvz62zoenq3qpkxa','email','en','[Mimamori] URGENT K-03: help button pressed (case 3)','K-03, case 3

The help button was pressed at 08:50.
Look and answer: https://mimamori.example/cases/coz6kafr2uuuo67d3i6oyrc47q
This is not an emergency service. Where life is in danger, call 119.
','cqrjp3osgomoiwpdd6jy7tzyqa|1|s3zhge4jvfhvz62zoenq3qpkxa|email','accepted',1773100200000,1773100200000,1773186600000,1,NULL,NULL,NULL,NULL,NULL,1773100200000);
INSERT INTO "notification" VALUES('mk34mt6fbllpj6ked7vvwq5t3q','4xeqsl72wqsb7stf2ud2b4gcvi','5w4vlfp6lqexig5k5miaadkpim','pjluoyft7n5id2myvrddairk3e',1,'s3zhge4jvfhvz62zoenq3qpkxa','email','en','[Mimamori] K-02: no movement (case 4)','K-02, case 4

No movement since 02:00, for 7 h.
Look and answer: https://mimamori.example/cases/5w4vlfp6lqexig5k5miaadkpim
This is not an emergency service. Where life is in danger, call 119.
','pjluoyft7n5id2myvrddairk3e|1|s3zhge4jvfhvz62zoenq3qpkxa|email','accepted',1773100800000,1773100800000,1773187200000,1,NULL,NULL,NULL,NULL,NULL,1773100800000);
INSERT INTO "notification" VALUES('am74yi5n53zqjlvi2dtmbuux6u','4xeqsl72wqsb7stf2ud2b4gcvi','qp6epqlykomz7oyiwwoxmz4bie','nnpsow7bokzy7yqwlhxkxrk24m',1,'s3zhge4jvfhvz62zoenq3qpkxa','email','en','[Mimamori] K-05: no movement (case 5)','K-05, case 5

No movement since 02:02, for 7 h.
Look and answer: https://mimamori.example/cases/qp6epqlykomz7oyiwwoxmz4bie
This is not an emergency service. Where life is in danger, call 119.
','nnpsow7bokzy7yqwlhxkxrk24m|1|s3zhge4jvfhvz62zoenq3qpkxa|email','accepted',1773100920000,1773100920000,1773187320000,1,NULL,NULL,NULL,NULL,NULL,1773100920000);
INSERT INTO "notification" VALUES('laoaaeiz7i6rdp6pr5h744tapm','4xeqsl72wqsb7stf2ud2b4gcvi','7p4h6jpy524pb75stz4tugnbxm','ramepesyorfg5h4drbnctlhlnu',1,'s3zhge4jvfhvz62zoenq3qpkxa','email','en','[Mimamori] URGENT K-06: help button pressed (case 6)','K-06, case 6

The help button was pressed at 09:03.
Look and answer: https://mimamori.example/cases/7p4h6jpy524pb75stz4tugnbxm
This is not an emergency service. Where life is in danger, call 119.
','ramepesyorfg5h4drbnctlhlnu|1|s3zhge4jvfhvz62zoenq3qpkxa|email','leased',1773100980000,1773100980000,1773187380000,1,NULL,'tx2zcxerst2kcroenxyibjutqu',10.0,NULL,NULL,NULL);
CREATE TABLE personal (
	resident_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	key_id VARCHAR(32) NOT NULL, 
	wrapped_key BLOB NOT NULL, 
	name BLOB, 
	kana BLOB, 
	address BLOB, 
	phone BLOB, 
	note BLOB, 
	CONSTRAINT pk_personal PRIMARY KEY (resident_id), 
	CONSTRAINT fk_personal_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_personal_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
);
INSERT INTO "personal" VALUES('xjzmhhu7eu2kpufrz3s6uye2fi','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'1F01588DEEAF2A414DFF7C64FFB8A25EE445639331C238979FE0B9AC9959804ECDCB827467FE25E942581A9EA2F46B3BCD7BDC64D2B3693B1334787F',X'4C170FC8FB35CE42B158E17C5C1C8C3279360A02A0B0E8A585CACF2978225C4261AF1E22DEF80B9B95',X'B9E58B5C08B286D5B775D4B60504A1AA563F144E51C9C57236A6144EB6BD93AF19CF04E57B744CDD865AA9D1',X'B0A0A764E597909B947EEB7E369E7963B650542C0CC454A0749D9B5B38DF3D00EC3334C4F3CCCD2703AD35211164ED101CEA6F8B5FECC4725BD6B0DB5712150879',X'613EAAD34CC838DA96AA6EF18B5664D90C1283DEEBF4F27C394B9C2CAB189563F326E8D97EB0A654',X'CD7EC075296872FB6A131768CD3B1596A582F508BE7ED4378CE7F37F5CE6CA5F3BB9E82F846637D6B76EC1305B1E74832265B3C0B1519BAF58F03F02FDE80E6EEEEC09A9F1CB5B3B95E89A5254BD2A');
INSERT INTO "personal" VALUES('yiiagrlfrwhufsgny52c2gtpgq','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'FF826A0BD37A55A7DC045B98245C0204FF9099B801A0448B721818DEFDAC318B7C2C83994221B44E16C7169769A7723A2A296EC8D9C45D27AF4C6C96',X'0D16A1AA2AE85476DE8375DEA2583057F44E5A0F0C38E00474722A2F996FA9D7455DCF36EAAC84F1E0',X'7DF479D7501293330954B6319F8ACE08F1051F749C05D9BA4DC7F87ADA1EC77DD8323AAD96C3C94A7A60074882E0791BF8D3',X'5EE95E6861986FEF9BA65C3512C907BA33374AB65AD8C73FC66C4D7DD0ED536976872A8EB0304B79A5C3C8BC1F4BDEE6ECAF701D8283B30C9F8B38272728CC8245',X'5FA11CDDBE8FD83D3567BB779C3891A19881852E3A95D28A81F61F97CF3E4C982010D47F86609B66',X'E4E15BF5B05EE0E29244B8DFACC8A483EA5B66C967CCB8EB5FF36C52A99852D11CE916CE1950E05D9C1EADE6EF77E1FF1ED0D2F586913E9CAB7E48E8D820FCF7C6FE4EEB866820157A575B8DBCFC2E');
INSERT INTO "personal" VALUES('kf43uj4gwye5rotmrgkfuzhtai','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'54E0957F7B251791F33519BDA957AD03F661A2FA0DDA0ECF61D0672B0694D6B3C122743454F87CDA6789BB0912E392B9FA268C9A398FC7489A0C254B',X'DE5BDB14785D307A119B1E16F29B04140EA4FD6F8D58C45AC3BF115218E65780D09B82A9315FF72B0B',X'FAB1C82CC81E7D1BDD596E6C2931ACF61D8F17D5DE73B9CBEC22D3AFB227140C5471C96E71BF1FAA7293B35D',X'25CDF7AB67DD11E92F10B3979ECBB851C0C6249E9316ED72F018E79573997BE45BE8606FD08DDF45B8CA7FABCDA04857DF42B1AC6946D13C79DA252DEC5948A4AA',X'C333C67941468D6240EB22F2FB7826A59A3D508C65F9329D3A9BC870B53087E27C9AAB16DC8268A2',X'0E13E785957730998F59E25CD5786B54C419FBAC5480E03B15FA5A7EF889412291F4A715F7AC09B7AB9EF7C4C9ECCDDD24009CA8A20302FC39BCA25B94F8869B6F2DF5B34129E64F16E36E928F5C4A');
INSERT INTO "personal" VALUES('hee535cwwvndsum3qhcio4mduq','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'5A992606FBBA13A9B0E4D0E9F9A16493349DCE019CE44DD5EF7468A115A9AA272EB1251A8F5F56F835BF2A29F7D08395E9CC731D37A99665005A31D6',X'9DC203645F59153CE01EFEF00E4444D558244CAB2C0C6606C9920CD5A5FD00CB0C8BB16AFFE9AAE7AE',X'7A4C2A9CBC10A971C5E41B64E4EBF01EFDA07974B761EE4F283E7D990D5E30DE5FDFE5D5525DC25D72ADA5FC3C94124F4C37',X'C84DAEAA25BECFE35CF887EEEECB7A1BED0479EDC1DDCD931E214560D37A775959FDF499256D0239A689573A6D94BD01FE7B8ECAE1E498145AD3E7194B726F09EC',X'00F9851C6D6659F7D774A983C0EBF26C7C8E3E5788BC83915D17EEC4804407E5F9DA333484C50882',X'8D2C9639E6A40D3C4B7D5B28D1DD06DD31BDCE2EFF2F74C44E2FC431AAF0588394B9CC25FEB194A5FF9FD6FE4B9BA0F409B895AD959F25EADBCF45B72DD38D3DC8B9DB741BF4FC1868D0F3F6D2B7FF');
INSERT INTO "personal" VALUES('ceb3iqp4f5hlzxlfzypcp67w7m','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'DDD5B89D4309C5EF7A9D8C3F907F50F3BA678CCF3A70CA3F406E4E2D8B35E2A410A5C2B44EC153B3D4EB1CD1B14A99FCB11D47828F60F54BDCF6104E',X'F985A4A81574872D90196EB4094C79A475A43FCF15CAE38FC1575AD24859884C80EBBF7D61F1950258',X'8C9FE35E8E0BDE84A4844FBDEED38C0516645BF0900FB142CDD246E4CBD7ACAAA016E2AE90348863565649B1',X'FEE4EE41F88DB769E357B349067D1BBB0830CACF01AC1CA183C13FF850A3ED6D4F4AC7C0B205CE635FBEF9176963864B20D073A457401FC877075FED24717FA3B5',X'75AB90DC3A6D32FEE77BC01820961DAA74670BA14B5770A5648BE7F050B7EAC75957C5B4F7BDBDED',X'EEF5D214CE6A70E3E8E60B74317354BED2C70A3302780B80FBEAEED0CEA926DEE5633B6BADB88CEC2F53EF9D0029F2C29453601E5D1DFB02F0DBD040C0EA56A48272D6B818F67F28834BF2BE9CDC14');
INSERT INTO "personal" VALUES('mxuomibx7ixtd2pzwuhxmdv2xy','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'42067671D3E0641B9928C03FB02B54A63A472366904E53EEAA78C4A23B98A12255E5B002DBD1D378E7C559317BC9C7A7ADDC88213538461C43CCA32E',X'0A12AA2054C1C9CCC986BA2FE1981909C9D283486C095C9F009C3489FE79F95CA40D55A8A6FA638AD2',X'CAFE5FC0B0962FF87547FD67F012B7243D27E7DDB98F0A9F4F1DA2D181D4A04D38DEF8673456E194D265F401',X'9DCE4DB844DDEBBC929D2A67AB505AF0C78CA5DF0401996ADFC2903B556EC1F9BEAB945F6D7201F02AEA7F650183B5734C60007412127866A7D0227D7AA1CD2A16',X'1609FBC52B970BFBBEBD12984A1BBE3058DE275004569AE623827FD362A13DE5D6B816B506A82697',X'7D061568055654D77B0C5997B1ABD6A5AC7B32CC9D620D9C36FA9731D94632BBA07C05E47904ECEF8C85190FD5E94C532985B45AE13768C29AFF53EFD424C325ED5A35C31BDA65F0C6F3C7EA8402A5');
INSERT INTO "personal" VALUES('wksyfa5u7rkopovlfom4mk52wi','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'9EC374A451919133A07789ADBEB281F65964313BA064525152278D078A1A267ECDCD89B3DE846AB9C36170866AFC111B0E3018670798C5E65EEBEAE9',X'8D954A20E7B9BC3D231CFA81B768B3738FAF9AC4F61563930216E52303AB901E7BFECC7D03DA',X'ACBC72593051A3FBEF4B2FDE70F91CBFCF039E61F9221FB609FA6CB1806A9657198B979B8489FF91E27C7FB8106749C7280D',X'B7BD3F222A68CD54DB2056E69153F1B09EFF8C82AF471FE45BFCBAB33626ACF16FCA7C0C96AB3883E04E0280C62A916313B35FD616E9C12E3C9B890429CD334B8B',X'CDBD8606077E39D27CD2B82705CD3EC623A9CC9158281F5E9533D3CD2470BA96C3F5483D8D86F0B2',X'6FC83085C0FF4FB04E6FCE51CC9BAFF557AAA5B15DD508D32F3DA3DD5D5D3D967AE164F9CD5E9D5A924A43A5C13EF5C63AC8BBED62F7634C0BB1DE5CDA01E7FAB6EE0D9FA40109154A08494682D536');
INSERT INTO "personal" VALUES('jqqw2g5tuhs4w2rwmsuygtlpca','4xeqsl72wqsb7stf2ud2b4gcvi','afrdb6t6av7chbrj22hgeiefn4',X'BDB9926BE0B89CD8A4CD9C5086C7DB7BE27D7453BE45B7E0B6F9CBA8C717A9AB64330F914DD7A52B77AC8DD6407B53F6EC0BE867E3ED65F4DE60CEFF',X'CCA7D8C5DBA30CBA7CB751A4CB583FA46A32AEBD05C693E62ECB950B29DD26A82018732C425EE1A43B00B6D40C1209C4F032',X'62F9C3D4263924FDF2D1B09CE37B9242F55AD1804F265751F2AF688B873F65154AA6C3B4399E3F40A036AAF4AF2B964013239A2B5D',X'AF64818AE77F1332908521C440F2CF2E7B11EC43E50D3717A439AED73E841FF3ED3312B29B9D69CEE80E3892D618BFEC870E0693168B32B1AF8A844D9D11D87CEC',X'0D33AFD8A57DE10EE9E5A7F97AC57F358D2390B6D006E54304AA81D775AF5E4F9D9C2EF8D08477D1',X'54ECCDB960CEF530CC765212E46F939D77A707FCBF664169BA792DD2A066E37222E7181134B9BB926706FADCE6EDDFE7D59CC5FAE1DCFD7073B90D407307F3FCA546EFC5F29348A74F8EC28B1C773F');
CREATE TABLE residency (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	resident_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT, 
	CONSTRAINT pk_residency PRIMARY KEY (id), 
	CONSTRAINT fk_residency_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_residency_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_residency_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id)
);
INSERT INTO "residency" VALUES('siow2ckcixmcex3mwi4jxm4i2e','4xeqsl72wqsb7stf2ud2b4gcvi','xjzmhhu7eu2kpufrz3s6uye2fi','ck3nuilepsjg454sawoyljop6q',1772319600000,NULL);
INSERT INTO "residency" VALUES('n3z2jhnrs5gmfenc5pyp6t72r4','4xeqsl72wqsb7stf2ud2b4gcvi','yiiagrlfrwhufsgny52c2gtpgq','jhfgf4gzpxu73eog7d6nl2bu5y',1772319600000,NULL);
INSERT INTO "residency" VALUES('mv24t2ndqaglhcpuflfnz2vodu','4xeqsl72wqsb7stf2ud2b4gcvi','kf43uj4gwye5rotmrgkfuzhtai','tclfnehqyhphgcexiczlwavb2a',1772319600000,NULL);
INSERT INTO "residency" VALUES('ss565ujr6zk7lyzkhqm64jdwdu','4xeqsl72wqsb7stf2ud2b4gcvi','hee535cwwvndsum3qhcio4mduq','iout4zzdgepnafvgjjtlipvl7e',1772319600000,NULL);
INSERT INTO "residency" VALUES('ltu4n37dpjpgjh3x5ohukebypu','4xeqsl72wqsb7stf2ud2b4gcvi','ceb3iqp4f5hlzxlfzypcp67w7m','cddmjrdscjmrvsq67vj7oopipe',1772319600000,NULL);
INSERT INTO "residency" VALUES('ywf7g224ajewhif7cfs7awupk4','4xeqsl72wqsb7stf2ud2b4gcvi','mxuomibx7ixtd2pzwuhxmdv2xy','6diaatqj7e52khsttftgxtagre',1772319600000,NULL);
INSERT INTO "residency" VALUES('n7253arx5eeqrmmabpvqevn4xi','4xeqsl72wqsb7stf2ud2b4gcvi','wksyfa5u7rkopovlfom4mk52wi','zmh3novwgangqmohghqecbjxta',1772319600000,NULL);
INSERT INTO "residency" VALUES('67pzqumb7ejkkeuvwrernbdfge','4xeqsl72wqsb7stf2ud2b4gcvi','jqqw2g5tuhs4w2rwmsuygtlpca','sa2elfo7msmua2qbpau4wastfi',1772319600000,NULL);
CREATE TABLE resident (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_resident PRIMARY KEY (id), 
	CONSTRAINT fk_resident_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "resident" VALUES('xjzmhhu7eu2kpufrz3s6uye2fi','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('yiiagrlfrwhufsgny52c2gtpgq','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('kf43uj4gwye5rotmrgkfuzhtai','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('hee535cwwvndsum3qhcio4mduq','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('ceb3iqp4f5hlzxlfzypcp67w7m','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('mxuomibx7ixtd2pzwuhxmdv2xy','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('wksyfa5u7rkopovlfom4mk52wi','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
INSERT INTO "resident" VALUES('jqqw2g5tuhs4w2rwmsuygtlpca','4xeqsl72wqsb7stf2ud2b4gcvi',1772319600000);
CREATE TABLE routine (
	home_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	fitted_at BIGINT NOT NULL, 
	model TEXT NOT NULL, 
	CONSTRAINT pk_routine PRIMARY KEY (home_id), 
	CONSTRAINT fk_routine_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_routine_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "routine" VALUES('ck3nuilepsjg454sawoyljop6q','4xeqsl72wqsb7stf2ud2b4gcvi',1773079200000,'{"format": 1}');
CREATE TABLE sensor (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	gateway_id VARCHAR(32) NOT NULL, 
	name TEXT NOT NULL, 
	heartbeat BIGINT NOT NULL, 
	is_battery BOOLEAN NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_sensor PRIMARY KEY (id), 
	CONSTRAINT fk_sensor_gateway_id FOREIGN KEY(gateway_id) REFERENCES gateway (id), 
	CONSTRAINT fk_sensor_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_sensor_gateway_id_name UNIQUE (gateway_id, name)
);
INSERT INTO "sensor" VALUES('vhy7c3tcvwovkzvnytxom5j4be','4xeqsl72wqsb7stf2ud2b4gcvi','nnhckuzsbpbjbqhrjqaeu6dcsu','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('kc2nkd7ke7jio3nexvxtbps33i','4xeqsl72wqsb7stf2ud2b4gcvi','nnhckuzsbpbjbqhrjqaeu6dcsu','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('bo5jfq3wxnoubwfu2fjsodqsru','4xeqsl72wqsb7stf2ud2b4gcvi','nnhckuzsbpbjbqhrjqaeu6dcsu','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('l65peefnjff5hgfxg5sj4ajs34','4xeqsl72wqsb7stf2ud2b4gcvi','nnhckuzsbpbjbqhrjqaeu6dcsu','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('3wbx357xhqwibunhwrvf6vq63m','4xeqsl72wqsb7stf2ud2b4gcvi','lerrunz6s6fw6hrkax7pxkwu3i','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('cfgxqxgmp3vd7ktdtzcs6qsaua','4xeqsl72wqsb7stf2ud2b4gcvi','lerrunz6s6fw6hrkax7pxkwu3i','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('dhewhyjgdflzuh73d3zfxmkmii','4xeqsl72wqsb7stf2ud2b4gcvi','lerrunz6s6fw6hrkax7pxkwu3i','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('uzluzp6lnu23qfln223wyuyc2e','4xeqsl72wqsb7stf2ud2b4gcvi','lerrunz6s6fw6hrkax7pxkwu3i','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('uqjtyragatyeu2xq2oa7miippu','4xeqsl72wqsb7stf2ud2b4gcvi','sdnvyorl6v4xbryesr24daijo4','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('yd3blezpa2htqqcw3uhwdcwzrq','4xeqsl72wqsb7stf2ud2b4gcvi','sdnvyorl6v4xbryesr24daijo4','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('rbqmp46z3wmrj3lftpv3oesn6a','4xeqsl72wqsb7stf2ud2b4gcvi','sdnvyorl6v4xbryesr24daijo4','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('gbk5z6cxlvpahbxknns7zw637u','4xeqsl72wqsb7stf2ud2b4gcvi','sdnvyorl6v4xbryesr24daijo4','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('ha4pezm2tcxtxrskii5g7pcxtm','4xeqsl72wqsb7stf2ud2b4gcvi','5lkt4cuazml222zw4bzhkyqnfm','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('genztclu4xoiv5tavs6wnhub44','4xeqsl72wqsb7stf2ud2b4gcvi','5lkt4cuazml222zw4bzhkyqnfm','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('5ky7lalm75uo5juctxo4wxudnq','4xeqsl72wqsb7stf2ud2b4gcvi','5lkt4cuazml222zw4bzhkyqnfm','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('fnatxn5cmtjhxzaeb2ftwwa25y','4xeqsl72wqsb7stf2ud2b4gcvi','5lkt4cuazml222zw4bzhkyqnfm','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('mxoctj32vxjai36qxsfww7tdii','4xeqsl72wqsb7stf2ud2b4gcvi','q7n7pllc4jflijb2fwoqx5ts7i','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('huc53zpbv3alxjoa4mv4gpnzsq','4xeqsl72wqsb7stf2ud2b4gcvi','q7n7pllc4jflijb2fwoqx5ts7i','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('zd4e7kxssrpfwj5oukypvsrzzu','4xeqsl72wqsb7stf2ud2b4gcvi','q7n7pllc4jflijb2fwoqx5ts7i','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('umaselttmmafk7b3el5ocrr4bq','4xeqsl72wqsb7stf2ud2b4gcvi','q7n7pllc4jflijb2fwoqx5ts7i','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('baooncirdqpwzwqsrsd653zele','4xeqsl72wqsb7stf2ud2b4gcvi','vjqmmgz7shmfnkbcaoqi7apbta','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('u6ujifqb4uvks7mflrnutd27r4','4xeqsl72wqsb7stf2ud2b4gcvi','vjqmmgz7shmfnkbcaoqi7apbta','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('3brj3a72kepyfmpzobd6uxmivy','4xeqsl72wqsb7stf2ud2b4gcvi','vjqmmgz7shmfnkbcaoqi7apbta','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('trtovffu4nt3umfjhzigxilchy','4xeqsl72wqsb7stf2ud2b4gcvi','vjqmmgz7shmfnkbcaoqi7apbta','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('cvb3uqxlw7bmvat2x5brlbxbqy','4xeqsl72wqsb7stf2ud2b4gcvi','qx6wbprgsancudsviwq3f7hcny','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('33uyklbz2l7hmo3hgj4t5hfoue','4xeqsl72wqsb7stf2ud2b4gcvi','qx6wbprgsancudsviwq3f7hcny','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('brw4przylwl3vu6olz7ndaphte','4xeqsl72wqsb7stf2ud2b4gcvi','qx6wbprgsancudsviwq3f7hcny','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('2uc6gceqvguf76rby2s2zz5jw4','4xeqsl72wqsb7stf2ud2b4gcvi','qx6wbprgsancudsviwq3f7hcny','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('sobixvgiz65m7qg76wi2kvcmua','4xeqsl72wqsb7stf2ud2b4gcvi','qcltgtfe34gvzus3jzwjgqv6gq','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('4g26aadhcxfs4ieahg4jc7zc74','4xeqsl72wqsb7stf2ud2b4gcvi','qcltgtfe34gvzus3jzwjgqv6gq','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('wsj66usrtoqrbcq6gb3xy57dgi','4xeqsl72wqsb7stf2ud2b4gcvi','qcltgtfe34gvzus3jzwjgqv6gq','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('l2jiqvm7f5lflod7sfttzxsynm','4xeqsl72wqsb7stf2ud2b4gcvi','qcltgtfe34gvzus3jzwjgqv6gq','toilet motion',3000000,1,1772319600000);
CREATE TABLE sensor_placement (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	sensor_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	room VARCHAR(64) NOT NULL, 
	is_entrance BOOLEAN NOT NULL, 
	valid_from BIGINT NOT NULL, 
	valid_to BIGINT, 
	CONSTRAINT pk_sensor_placement PRIMARY KEY (id), 
	CONSTRAINT fk_sensor_placement_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_sensor_placement_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_sensor_placement_sensor_id FOREIGN KEY(sensor_id) REFERENCES sensor (id)
);
INSERT INTO "sensor_placement" VALUES('omfyvllf4o22lsarwc2iwderpa','4xeqsl72wqsb7stf2ud2b4gcvi','vhy7c3tcvwovkzvnytxom5j4be','ck3nuilepsjg454sawoyljop6q','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('6jtujdrfcwlntyijuwa2zvnjsm','4xeqsl72wqsb7stf2ud2b4gcvi','kc2nkd7ke7jio3nexvxtbps33i','ck3nuilepsjg454sawoyljop6q','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('mayu75sjqyhrivqlivefubzonq','4xeqsl72wqsb7stf2ud2b4gcvi','bo5jfq3wxnoubwfu2fjsodqsru','ck3nuilepsjg454sawoyljop6q','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('24nl2tmy7aetrkqp6rmtqrstfe','4xeqsl72wqsb7stf2ud2b4gcvi','l65peefnjff5hgfxg5sj4ajs34','ck3nuilepsjg454sawoyljop6q','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('lokme7dqd2qtnencna6qeygt4e','4xeqsl72wqsb7stf2ud2b4gcvi','3wbx357xhqwibunhwrvf6vq63m','jhfgf4gzpxu73eog7d6nl2bu5y','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('nomy2j3janbqlal3szbk52os6a','4xeqsl72wqsb7stf2ud2b4gcvi','cfgxqxgmp3vd7ktdtzcs6qsaua','jhfgf4gzpxu73eog7d6nl2bu5y','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('z6sovvol5owjzr2glsupx35bhm','4xeqsl72wqsb7stf2ud2b4gcvi','dhewhyjgdflzuh73d3zfxmkmii','jhfgf4gzpxu73eog7d6nl2bu5y','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('qfxe5sm74mf5w2yhjtlvlplh44','4xeqsl72wqsb7stf2ud2b4gcvi','uzluzp6lnu23qfln223wyuyc2e','jhfgf4gzpxu73eog7d6nl2bu5y','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('pbslwtikkmmaci4zm6kxmjhn4a','4xeqsl72wqsb7stf2ud2b4gcvi','uqjtyragatyeu2xq2oa7miippu','tclfnehqyhphgcexiczlwavb2a','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('ijkdjyrtnh72pl4hbdmws7jpny','4xeqsl72wqsb7stf2ud2b4gcvi','yd3blezpa2htqqcw3uhwdcwzrq','tclfnehqyhphgcexiczlwavb2a','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('3kyzzsdg7olmf3iqgskvgck64i','4xeqsl72wqsb7stf2ud2b4gcvi','rbqmp46z3wmrj3lftpv3oesn6a','tclfnehqyhphgcexiczlwavb2a','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('qwl7gf7jgt7i3xb6aszrudl7su','4xeqsl72wqsb7stf2ud2b4gcvi','gbk5z6cxlvpahbxknns7zw637u','tclfnehqyhphgcexiczlwavb2a','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('q4ccujjb7646fhnra6d3aoibd4','4xeqsl72wqsb7stf2ud2b4gcvi','ha4pezm2tcxtxrskii5g7pcxtm','iout4zzdgepnafvgjjtlipvl7e','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('y7iirgxzfkrmjehdj6hutjfsl4','4xeqsl72wqsb7stf2ud2b4gcvi','genztclu4xoiv5tavs6wnhub44','iout4zzdgepnafvgjjtlipvl7e','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('56aujnmsn772od5kifftsqd7pa','4xeqsl72wqsb7stf2ud2b4gcvi','5ky7lalm75uo5juctxo4wxudnq','iout4zzdgepnafvgjjtlipvl7e','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('a4thh2ypu7ab37mnryfm2dtpuy','4xeqsl72wqsb7stf2ud2b4gcvi','fnatxn5cmtjhxzaeb2ftwwa25y','iout4zzdgepnafvgjjtlipvl7e','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('25ie44rh7ngrvpamyufdzepjcq','4xeqsl72wqsb7stf2ud2b4gcvi','mxoctj32vxjai36qxsfww7tdii','cddmjrdscjmrvsq67vj7oopipe','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('gh22qkmpazwa4dpdenhono376i','4xeqsl72wqsb7stf2ud2b4gcvi','huc53zpbv3alxjoa4mv4gpnzsq','cddmjrdscjmrvsq67vj7oopipe','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('7hwtjbl6x5vxzhxchg2acgbvla','4xeqsl72wqsb7stf2ud2b4gcvi','zd4e7kxssrpfwj5oukypvsrzzu','cddmjrdscjmrvsq67vj7oopipe','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('2guelwmtqoe4dxhxhrrojkp2ie','4xeqsl72wqsb7stf2ud2b4gcvi','umaselttmmafk7b3el5ocrr4bq','cddmjrdscjmrvsq67vj7oopipe','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('mugvkp5k6fs7jizrz7xxdi6p2m','4xeqsl72wqsb7stf2ud2b4gcvi','baooncirdqpwzwqsrsd653zele','6diaatqj7e52khsttftgxtagre','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('oynk53zzgpjqtqhxnmnn7ptvoe','4xeqsl72wqsb7stf2ud2b4gcvi','u6ujifqb4uvks7mflrnutd27r4','6diaatqj7e52khsttftgxtagre','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('rk6jl3rlzswjk252wbjpmube3u','4xeqsl72wqsb7stf2ud2b4gcvi','3brj3a72kepyfmpzobd6uxmivy','6diaatqj7e52khsttftgxtagre','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('5nfhpnndwjpy3g2b45ekjw3abi','4xeqsl72wqsb7stf2ud2b4gcvi','trtovffu4nt3umfjhzigxilchy','6diaatqj7e52khsttftgxtagre','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('fulkpxzaq2ntq72mwr56he6mty','4xeqsl72wqsb7stf2ud2b4gcvi','cvb3uqxlw7bmvat2x5brlbxbqy','zmh3novwgangqmohghqecbjxta','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('kwbvueuaspph6mavxkgrjfmh7a','4xeqsl72wqsb7stf2ud2b4gcvi','33uyklbz2l7hmo3hgj4t5hfoue','zmh3novwgangqmohghqecbjxta','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('btk7uwdpb73p4hptnyki32objy','4xeqsl72wqsb7stf2ud2b4gcvi','brw4przylwl3vu6olz7ndaphte','zmh3novwgangqmohghqecbjxta','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('tsnz4knnldnverevslkow32lwq','4xeqsl72wqsb7stf2ud2b4gcvi','2uc6gceqvguf76rby2s2zz5jw4','zmh3novwgangqmohghqecbjxta','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('zohhgdqzwnkmsszficciol4s2y','4xeqsl72wqsb7stf2ud2b4gcvi','sobixvgiz65m7qg76wi2kvcmua','sa2elfo7msmua2qbpau4wastfi','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('6tmvuhk7o32i4winktbpqmuvla','4xeqsl72wqsb7stf2ud2b4gcvi','4g26aadhcxfs4ieahg4jc7zc74','sa2elfo7msmua2qbpau4wastfi','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('soxejn5regwdhkk5hyx4nu6dye','4xeqsl72wqsb7stf2ud2b4gcvi','wsj66usrtoqrbcq6gb3xy57dgi','sa2elfo7msmua2qbpau4wastfi','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('dnhqdmo57m6na4oab5xdphtaey','4xeqsl72wqsb7stf2ud2b4gcvi','l2jiqvm7f5lflod7sfttzxsynm','sa2elfo7msmua2qbpau4wastfi','toilet',0,1772319600000,NULL);
CREATE TABLE sensor_state (
	sensor_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	last_heard_at BIGINT NOT NULL, 
	last_activity_at BIGINT, 
	battery_percent FLOAT, 
	battery_at BIGINT, 
	link_quality FLOAT, 
	link_quality_at BIGINT, 
	silent_since BIGINT, 
	CONSTRAINT pk_sensor_state PRIMARY KEY (sensor_id), 
	CONSTRAINT fk_sensor_state_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_sensor_state_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_sensor_state_sensor_id FOREIGN KEY(sensor_id) REFERENCES sensor (id)
);
INSERT INTO "sensor_state" VALUES('vhy7c3tcvwovkzvnytxom5j4be','4xeqsl72wqsb7stf2ud2b4gcvi','ck3nuilepsjg454sawoyljop6q',1773097180000,1773095400000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('kc2nkd7ke7jio3nexvxtbps33i','4xeqsl72wqsb7stf2ud2b4gcvi','ck3nuilepsjg454sawoyljop6q',1773097000000,1773095400000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('bo5jfq3wxnoubwfu2fjsodqsru','4xeqsl72wqsb7stf2ud2b4gcvi','ck3nuilepsjg454sawoyljop6q',1773096820000,1773095400000,74.0,NULL,NULL,NULL,1773097180000);
INSERT INTO "sensor_state" VALUES('l65peefnjff5hgfxg5sj4ajs34','4xeqsl72wqsb7stf2ud2b4gcvi','ck3nuilepsjg454sawoyljop6q',1773096640000,1773095400000,67.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('3wbx357xhqwibunhwrvf6vq63m','4xeqsl72wqsb7stf2ud2b4gcvi','jhfgf4gzpxu73eog7d6nl2bu5y',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('cfgxqxgmp3vd7ktdtzcs6qsaua','4xeqsl72wqsb7stf2ud2b4gcvi','jhfgf4gzpxu73eog7d6nl2bu5y',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('dhewhyjgdflzuh73d3zfxmkmii','4xeqsl72wqsb7stf2ud2b4gcvi','jhfgf4gzpxu73eog7d6nl2bu5y',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('uzluzp6lnu23qfln223wyuyc2e','4xeqsl72wqsb7stf2ud2b4gcvi','jhfgf4gzpxu73eog7d6nl2bu5y',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('uqjtyragatyeu2xq2oa7miippu','4xeqsl72wqsb7stf2ud2b4gcvi','tclfnehqyhphgcexiczlwavb2a',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('yd3blezpa2htqqcw3uhwdcwzrq','4xeqsl72wqsb7stf2ud2b4gcvi','tclfnehqyhphgcexiczlwavb2a',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('rbqmp46z3wmrj3lftpv3oesn6a','4xeqsl72wqsb7stf2ud2b4gcvi','tclfnehqyhphgcexiczlwavb2a',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('gbk5z6cxlvpahbxknns7zw637u','4xeqsl72wqsb7stf2ud2b4gcvi','tclfnehqyhphgcexiczlwavb2a',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('ha4pezm2tcxtxrskii5g7pcxtm','4xeqsl72wqsb7stf2ud2b4gcvi','iout4zzdgepnafvgjjtlipvl7e',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('genztclu4xoiv5tavs6wnhub44','4xeqsl72wqsb7stf2ud2b4gcvi','iout4zzdgepnafvgjjtlipvl7e',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('5ky7lalm75uo5juctxo4wxudnq','4xeqsl72wqsb7stf2ud2b4gcvi','iout4zzdgepnafvgjjtlipvl7e',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('fnatxn5cmtjhxzaeb2ftwwa25y','4xeqsl72wqsb7stf2ud2b4gcvi','iout4zzdgepnafvgjjtlipvl7e',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('mxoctj32vxjai36qxsfww7tdii','4xeqsl72wqsb7stf2ud2b4gcvi','cddmjrdscjmrvsq67vj7oopipe',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('huc53zpbv3alxjoa4mv4gpnzsq','4xeqsl72wqsb7stf2ud2b4gcvi','cddmjrdscjmrvsq67vj7oopipe',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('zd4e7kxssrpfwj5oukypvsrzzu','4xeqsl72wqsb7stf2ud2b4gcvi','cddmjrdscjmrvsq67vj7oopipe',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('umaselttmmafk7b3el5ocrr4bq','4xeqsl72wqsb7stf2ud2b4gcvi','cddmjrdscjmrvsq67vj7oopipe',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('baooncirdqpwzwqsrsd653zele','4xeqsl72wqsb7stf2ud2b4gcvi','6diaatqj7e52khsttftgxtagre',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('u6ujifqb4uvks7mflrnutd27r4','4xeqsl72wqsb7stf2ud2b4gcvi','6diaatqj7e52khsttftgxtagre',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('3brj3a72kepyfmpzobd6uxmivy','4xeqsl72wqsb7stf2ud2b4gcvi','6diaatqj7e52khsttftgxtagre',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('trtovffu4nt3umfjhzigxilchy','4xeqsl72wqsb7stf2ud2b4gcvi','6diaatqj7e52khsttftgxtagre',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('cvb3uqxlw7bmvat2x5brlbxbqy','4xeqsl72wqsb7stf2ud2b4gcvi','zmh3novwgangqmohghqecbjxta',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('33uyklbz2l7hmo3hgj4t5hfoue','4xeqsl72wqsb7stf2ud2b4gcvi','zmh3novwgangqmohghqecbjxta',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('brw4przylwl3vu6olz7ndaphte','4xeqsl72wqsb7stf2ud2b4gcvi','zmh3novwgangqmohghqecbjxta',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('2uc6gceqvguf76rby2s2zz5jw4','4xeqsl72wqsb7stf2ud2b4gcvi','zmh3novwgangqmohghqecbjxta',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('sobixvgiz65m7qg76wi2kvcmua','4xeqsl72wqsb7stf2ud2b4gcvi','sa2elfo7msmua2qbpau4wastfi',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('4g26aadhcxfs4ieahg4jc7zc74','4xeqsl72wqsb7stf2ud2b4gcvi','sa2elfo7msmua2qbpau4wastfi',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('wsj66usrtoqrbcq6gb3xy57dgi','4xeqsl72wqsb7stf2ud2b4gcvi','sa2elfo7msmua2qbpau4wastfi',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('l2jiqvm7f5lflod7sfttzxsynm','4xeqsl72wqsb7stf2ud2b4gcvi','sa2elfo7msmua2qbpau4wastfi',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
CREATE TABLE service_state (
	name VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	since BIGINT NOT NULL, 
	progress_at BIGINT NOT NULL, 
	restarts INTEGER NOT NULL, 
	CONSTRAINT pk_service_state PRIMARY KEY (name), 
	CONSTRAINT fk_service_state_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "service_state" VALUES('alerting',NULL,1773097200000,1773100980000,0);
CREATE TABLE session (
	token_hash BLOB NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	seen_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	CONSTRAINT pk_session PRIMARY KEY (token_hash), 
	CONSTRAINT fk_session_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_session_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "session" VALUES(X'43097AE987816033F97413F37AD19AB51C6D2F62AC734301B7312F3693CD0CD9','4xeqsl72wqsb7stf2ud2b4gcvi','s3zhge4jvfhvz62zoenq3qpkxa',1773097200000,1773097200000,1773140400000);
CREATE INDEX ix_login_failure_address_hash_at ON login_failure (address_hash, at);
CREATE INDEX ix_login_failure_login_hash_at ON login_failure (login_hash, at);
CREATE UNIQUE INDEX uq_care_case_open_matter ON care_case (matter) WHERE state <> 'resolved';
CREATE INDEX ix_deadline_due_at ON deadline (due_at);
CREATE INDEX ix_home_state_last_heard_at ON home_state (last_heard_at);
CREATE INDEX ix_home_state_position ON home_state (position);
CREATE INDEX ix_case_event_case_id ON case_event (case_id);
CREATE INDEX ix_episode_next_step_at ON episode (next_step_at);
CREATE INDEX ix_notification_state_due_at ON notification (state, due_at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('finding',7);
INSERT INTO "sqlite_sequence" VALUES('case_event',15);
COMMIT;
