-- A register of revision 0008, filled in virtual time through the code of commit f143234 (the last before 0009); never edited by hand.
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
INSERT INTO "absence" VALUES('tv3xempsqtaf2ux3n3eddlaqli','nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u',1773097200000,1773306000000,'4n6ha2viy6t6y6ydj23aeu2v2u',1773097200000);
CREATE TABLE absence_event (
	position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	stretch_id VARCHAR(32) NOT NULL, 
	what VARCHAR(16) NOT NULL, 
	at BIGINT NOT NULL, 
	word VARCHAR(16) NOT NULL, 
	actor VARCHAR(32) NOT NULL, 
	starts_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	CONSTRAINT fk_absence_event_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_absence_event_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "absence_event" VALUES(1,'nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u','tv3xempsqtaf2ux3n3eddlaqli','absence',1773097200000,'set','4n6ha2viy6t6y6ydj23aeu2v2u',1773097200000,1773306000000);
INSERT INTO "absence_event" VALUES(2,'nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u','w2k2epseuq7jxgbyygmroanu3i','mute',1773100860000,'set','4n6ha2viy6t6y6ydj23aeu2v2u',1773100860000,1773102660000);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0008_channels');
CREATE TABLE app_user (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	login VARCHAR(64) NOT NULL, 
	display_name TEXT NOT NULL, 
	role VARCHAR(16) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	disabled_at BIGINT, 
	CONSTRAINT pk_app_user PRIMARY KEY (id), 
	CONSTRAINT fk_app_user_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_app_user_login UNIQUE (login)
);
INSERT INTO "app_user" VALUES('4n6ha2viy6t6y6ydj23aeu2v2u','nnw55axaift5gaoz3h2bpaay6a','aoki','青木 恵','caseworker','en','$argon2id$v=19$m=8,t=1,p=1$vptiW7nw/n2yDt1IlznIYQ$P1hA1/H1lrkl3XLhWpnzPIpyqemPy16P4BJJTJYBPpE',1772319600000,NULL);
INSERT INTO "app_user" VALUES('web4o6c6vse7poygi6ildjumfy','nnw55axaift5gaoz3h2bpaay6a','sakura','桜 次郎','caseworker','en','$argon2id$v=19$m=8,t=1,p=1$Wuei0ymCaIKA//+t/2MlWA$PvGy/85mn2F9Kumpbm19eOQzrmmey39V0OnGFYrO1U4',1772319600000,NULL);
INSERT INTO "app_user" VALUES('gcbvoq35an5hrn27ytqyjv42lq','nnw55axaift5gaoz3h2bpaay6a','mori','森 健','technician','en','$argon2id$v=19$m=8,t=1,p=1$KMAUsfufCNPmHO6cN7bVIw$tTxlIP9gTsUpjBU4QYD2OZtqF13XAwEW2+m/44aPT20',1772319600000,NULL);
INSERT INTO "app_user" VALUES('rkhs3qj2qthggij5ryewxhkx54','nnw55axaift5gaoz3h2bpaay6a','kanri','管理 太郎','administrator','en','$argon2id$v=19$m=8,t=1,p=1$pDU6kwmPL0UcV3ntv8kcMw$GM2KaOZ9Le2FM2KbK+hac886iV8OIYkscrmSU8B6WsE',1772319600000,NULL);
INSERT INTO "app_user" VALUES('4ppilejiqpwkvxbqdbysdum7vq','nnw55axaift5gaoz3h2bpaay6a','hanako','山田 花子','family','en','$argon2id$v=19$m=8,t=1,p=1$sz0tUVKy9pt/ofpJ9l3Wgw$DsKJ7VBhm948VRRFFFXKNGhs35hrecG4bFWTBHSsHjI',1772319600000,NULL);
CREATE TABLE asking (
	home_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	minutes INTEGER NOT NULL, 
	contact VARCHAR(32), 
	CONSTRAINT pk_asking PRIMARY KEY (home_id), 
	CONSTRAINT ck_asking_asking_ends CHECK (minutes BETWEEN 0 AND 30), 
	CONSTRAINT fk_asking_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_asking_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_asking_contact FOREIGN KEY(contact) REFERENCES app_user (id)
);
INSERT INTO "asking" VALUES('7xomhrd7qqcplsivrpwe5dxpqm','nnw55axaift5gaoz3h2bpaay6a',10,'4ppilejiqpwkvxbqdbysdum7vq');
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
INSERT INTO "assignment" VALUES('uycvmbbd676u37kd75xwklblzq','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','fsulnfxciv4qiwbltgoylcs67a',1772319600000,NULL);
INSERT INTO "assignment" VALUES('hjb2iy6gmlbmgrkxii3cah5lde','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','fsulnfxciv4qiwbltgoylcs67a',1772319600000,NULL);
INSERT INTO "assignment" VALUES('acz5twiflkvw5mswu3etfst7r4','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','lqfo3bpvouw2fiqmg2kjrrukwi',1772319600000,NULL);
INSERT INTO "assignment" VALUES('rs7qokker3iypknmywxkbpz52e','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','lqfo3bpvouw2fiqmg2kjrrukwi',1772319600000,NULL);
INSERT INTO "assignment" VALUES('pyf67gom37b7uazbomxv7kdsxe','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','mw64spalciwero5l4du2qrq6sq',1772319600000,NULL);
INSERT INTO "assignment" VALUES('oemrhxv2i2o3qffxlguphtz7cu','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','mw64spalciwero5l4du2qrq6sq',1772319600000,NULL);
INSERT INTO "assignment" VALUES('cvypyasrvbvyzvkqr4t67mecv4','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','m6igmg2j5vac4etzkcccgzhmaa',1772319600000,NULL);
INSERT INTO "assignment" VALUES('xvkyde7ev6oqlogixli7y3bhye','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','m6igmg2j5vac4etzkcccgzhmaa',1772319600000,NULL);
INSERT INTO "assignment" VALUES('br4yw2giyvpci4jp7mswq7raei','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','7xomhrd7qqcplsivrpwe5dxpqm',1772319600000,NULL);
INSERT INTO "assignment" VALUES('h7fsrzuottpzx2agbpr2hn6ebq','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','7xomhrd7qqcplsivrpwe5dxpqm',1772319600000,NULL);
INSERT INTO "assignment" VALUES('xuiuvobn7ufcsreiiwihjzurxa','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','5j7x3zy4dadph7eaubidx2ctfe',1772319600000,NULL);
INSERT INTO "assignment" VALUES('zh6dnkscmxtzlplt5rncvhgopy','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','5j7x3zy4dadph7eaubidx2ctfe',1772319600000,NULL);
INSERT INTO "assignment" VALUES('njuytmlxwst24ckolchwn2mlgy','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','jt5jjp74qahxejqdq3quzn4q7q',1772319600000,NULL);
INSERT INTO "assignment" VALUES('gsmyhjhfm5sfiywgcsqpytsb64','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','jt5jjp74qahxejqdq3quzn4q7q',1772319600000,NULL);
INSERT INTO "assignment" VALUES('gurkntcdomfvaa66wkxvjx64j4','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','xikeykeq5mdkktw3vq67wa423u',1772319600000,NULL);
INSERT INTO "assignment" VALUES('6imxmkewps47hi6soxmxlmilmu','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','xikeykeq5mdkktw3vq67wa423u',1772319600000,NULL);
CREATE TABLE attempt (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	case_id VARCHAR(32) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	result VARCHAR(16) NOT NULL, 
	happened_at BIGINT NOT NULL, 
	entered_at BIGINT NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	key_id VARCHAR(32), 
	wrapped_key BLOB, 
	note BLOB, 
	CONSTRAINT pk_attempt PRIMARY KEY (id), 
	CONSTRAINT fk_attempt_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_attempt_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_attempt_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "attempt" VALUES('jbi57b7tq65q66gsuhmubuxjey','nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei','call','no_answer',1773100860000,1773100860000,'4n6ha2viy6t6y6ydj23aeu2v2u','afrdb6t6av7chbrj22hgeiefn4',X'7F4592772209CF0C8191E34EA169E9043D805E8A2EF1E6A36F5EECC4E2851F95C50818942C4779D66F3BA57A23692CEAC6D71C71C3B5E0A78DB49617',X'28DF7F93C8649011C4E156517587C6B772304036B88C02FE057BE7324BCE75AAD21F5970BB0A');
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
INSERT INTO "audit" VALUES(1,'nnw55axaift5gaoz3h2bpaay6a',1773097200000,'4n6ha2viy6t6y6ydj23aeu2v2u','absence.add','home:xikeykeq5mdkktw3vq67wa423u','done',X'0000000000000000000000000000000000000000000000000000000000000000',X'A032FAB9F38563472B87B5949033CCF69141A6009ADAB10EEF7C5FBB553C58D2');
INSERT INTO "audit" VALUES(2,'nnw55axaift5gaoz3h2bpaay6a',1773099720000,'4n6ha2viy6t6y6ydj23aeu2v2u','case.acknowledge','case:trebveldvgzj276bjrf4rvmjgu','done',X'A032FAB9F38563472B87B5949033CCF69141A6009ADAB10EEF7C5FBB553C58D2',X'2273E4818A3DB56EAA02B99142D92D8380F0B9F7AC082FB1AD5F7D883F680F2B');
INSERT INTO "audit" VALUES(3,'nnw55axaift5gaoz3h2bpaay6a',1773099900000,'4n6ha2viy6t6y6ydj23aeu2v2u','case.resolve','case:trebveldvgzj276bjrf4rvmjgu','done',X'2273E4818A3DB56EAA02B99142D92D8380F0B9F7AC082FB1AD5F7D883F680F2B',X'B6D15654657CB30079F35554D0B7D14C083B62534F21281D304BC943FE90502A');
INSERT INTO "audit" VALUES(4,'nnw55axaift5gaoz3h2bpaay6a',1773100500000,'4n6ha2viy6t6y6ydj23aeu2v2u','case.acknowledge','case:stjqyrkronupyo6faajrjtmjei','done',X'B6D15654657CB30079F35554D0B7D14C083B62534F21281D304BC943FE90502A',X'F9DDA94C15896087E3680EAF58E8EBC25FF70A06DE308DC988562333B6D81AFF');
INSERT INTO "audit" VALUES(5,'nnw55axaift5gaoz3h2bpaay6a',1773100860000,'web4o6c6vse7poygi6ildjumfy','digest.wish','user:web4o6c6vse7poygi6ildjumfy','done',X'F9DDA94C15896087E3680EAF58E8EBC25FF70A06DE308DC988562333B6D81AFF',X'1489367749F3F8A05E75A78678B49A39C0A0A939F2AD04335F3F629B4E704C68');
INSERT INTO "audit" VALUES(6,'nnw55axaift5gaoz3h2bpaay6a',1773100860000,'4n6ha2viy6t6y6ydj23aeu2v2u','case.attempt','case:stjqyrkronupyo6faajrjtmjei','done',X'1489367749F3F8A05E75A78678B49A39C0A0A939F2AD04335F3F629B4E704C68',X'ACC814B6331E545E8E219B974EC24BE1BD11BA4F27771E63E61B97DA72E939AA');
INSERT INTO "audit" VALUES(7,'nnw55axaift5gaoz3h2bpaay6a',1773100860000,'4n6ha2viy6t6y6ydj23aeu2v2u','report.add','home:lqfo3bpvouw2fiqmg2kjrrukwi','done',X'ACC814B6331E545E8E219B974EC24BE1BD11BA4F27771E63E61B97DA72E939AA',X'BB4305D94AA90DB0BE009AE1C7F22C5A0DDF78F3A5FA4E02CA056ACA6E04EF6C');
INSERT INTO "audit" VALUES(8,'nnw55axaift5gaoz3h2bpaay6a',1773100860000,'4n6ha2viy6t6y6ydj23aeu2v2u','mute.set','home:xikeykeq5mdkktw3vq67wa423u','done',X'BB4305D94AA90DB0BE009AE1C7F22C5A0DDF78F3A5FA4E02CA056ACA6E04EF6C',X'7E39315C6B30975BC0BA81BF018E297589C051897BE29BA8194EBE2EF6E6864A');
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
	note TEXT, is_owner_asked BOOLEAN DEFAULT 0 NOT NULL, extensions INTEGER DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_care_case PRIMARY KEY (id), 
	CONSTRAINT fk_care_case_acknowledged_by FOREIGN KEY(acknowledged_by) REFERENCES app_user (id), 
	CONSTRAINT fk_care_case_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_care_case_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_care_case_resident_id FOREIGN KEY(resident_id) REFERENCES resident (id), 
	CONSTRAINT fk_care_case_resolved_by FOREIGN KEY(resolved_by) REFERENCES app_user (id), 
	CONSTRAINT uq_care_case_number UNIQUE (number)
);
INSERT INTO "care_case" VALUES('5wxz6ytvqzekxvvjzkbhlipxhi',1,'nnw55axaift5gaoz3h2bpaay6a','m6igmg2j5vac4etzkcccgzhmaa',NULL,'technical','gateway_silent','m6igmg2j5vac4etzkcccgzhmaa|gateway_silent','triggered',0,1773099000000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "care_case" VALUES('trebveldvgzj276bjrf4rvmjgu',2,'nnw55axaift5gaoz3h2bpaay6a','fsulnfxciv4qiwbltgoylcs67a','isyb4qdpq4shhsw3sirmk6dmm4','resident','help','fsulnfxciv4qiwbltgoylcs67a|help','resolved',0,1773099600000,1773099720000,'4n6ha2viy6t6y6ydj23aeu2v2u',1773099900000,'4n6ha2viy6t6y6ydj23aeu2v2u','well','other','Spoke to her',0,0);
INSERT INTO "care_case" VALUES('stjqyrkronupyo6faajrjtmjei',3,'nnw55axaift5gaoz3h2bpaay6a','mw64spalciwero5l4du2qrq6sq','d64gg4r2da7a2vi6gcepvown74','resident','help','mw64spalciwero5l4du2qrq6sq|help','acknowledged',0,1773100200000,1773100500000,'4n6ha2viy6t6y6ydj23aeu2v2u',NULL,NULL,NULL,NULL,NULL,0,1);
INSERT INTO "care_case" VALUES('oru5khfjgmkw74xwlijefbg7eq',4,'nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi','uwvjifxl6l7tadqfcnkiun464a','resident','inactivity','lqfo3bpvouw2fiqmg2kjrrukwi|inactivity','triggered',0,1773100800000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "care_case" VALUES('rryhyzsh343o6ntb4hf55v66hy',5,'nnw55axaift5gaoz3h2bpaay6a','7xomhrd7qqcplsivrpwe5dxpqm','wq6vubg2irr4x74fmbhgxgjxei','resident','inactivity','7xomhrd7qqcplsivrpwe5dxpqm|inactivity','asking',0,1773100920000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0);
INSERT INTO "care_case" VALUES('vx4s5aqzxtusbphqvsqquehwlq',6,'nnw55axaift5gaoz3h2bpaay6a','5j7x3zy4dadph7eaubidx2ctfe','qrxzggoox43sfof5pl35k3moim','resident','help','5j7x3zy4dadph7eaubidx2ctfe|help','triggered',0,1773100980000,NULL,NULL,NULL,NULL,NULL,NULL,NULL,0,0);
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
INSERT INTO "case_event" VALUES(1,'nnw55axaift5gaoz3h2bpaay6a','5wxz6ytvqzekxvvjzkbhlipxhi',1773099000000,'opened','alerting','{"reason": "nothing_heard", "happened_at": "2026-03-09T23:20:00+00:00", "arrived_at": "2026-03-09T23:30:00+00:00"}');
INSERT INTO "case_event" VALUES(2,'nnw55axaift5gaoz3h2bpaay6a','5wxz6ytvqzekxvvjzkbhlipxhi',1773099000000,'step_taken','alerting','{"step": 1, "who": "technicians", "reason": "first", "policy": "default", "not_asked": "urgent", "people": ["gcbvoq35an5hrn27ytqyjv42lq"]}');
INSERT INTO "case_event" VALUES(3,'nnw55axaift5gaoz3h2bpaay6a','trebveldvgzj276bjrf4rvmjgu',1773099600000,'opened','alerting','{"reason": "button_pressed", "happened_at": "2026-03-09T23:40:00+00:00", "arrived_at": "2026-03-09T23:40:00+00:00"}');
INSERT INTO "case_event" VALUES(4,'nnw55axaift5gaoz3h2bpaay6a','trebveldvgzj276bjrf4rvmjgu',1773099600000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "policy": "municipality", "not_asked": "urgent", "people": ["4n6ha2viy6t6y6ydj23aeu2v2u"]}');
INSERT INTO "case_event" VALUES(5,'nnw55axaift5gaoz3h2bpaay6a','trebveldvgzj276bjrf4rvmjgu',1773099720000,'acknowledged','4n6ha2viy6t6y6ydj23aeu2v2u','{"until": "2026-03-09T23:57:00+00:00"}');
INSERT INTO "case_event" VALUES(6,'nnw55axaift5gaoz3h2bpaay6a','trebveldvgzj276bjrf4rvmjgu',1773099900000,'resolved','4n6ha2viy6t6y6ydj23aeu2v2u','{"outcome": "well", "cause": "other"}');
INSERT INTO "case_event" VALUES(7,'nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei',1773100200000,'opened','alerting','{"reason": "button_pressed", "happened_at": "2026-03-09T23:50:00+00:00", "arrived_at": "2026-03-09T23:50:00+00:00"}');
INSERT INTO "case_event" VALUES(8,'nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei',1773100200000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "policy": "municipality", "not_asked": "urgent", "people": ["4n6ha2viy6t6y6ydj23aeu2v2u"]}');
INSERT INTO "case_event" VALUES(9,'nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei',1773100500000,'acknowledged','4n6ha2viy6t6y6ydj23aeu2v2u','{"until": "2026-03-10T00:10:00+00:00"}');
INSERT INTO "case_event" VALUES(10,'nnw55axaift5gaoz3h2bpaay6a','oru5khfjgmkw74xwlijefbg7eq',1773100800000,'opened','alerting','{"reason": "silence_past_deadline", "happened_at": "2026-03-09T17:00:00+00:00", "arrived_at": "2026-03-10T00:00:00+00:00", "last_activity_at": "2026-03-09T17:00:00+00:00", "due_at": "2026-03-10T00:00:00+00:00"}');
INSERT INTO "case_event" VALUES(11,'nnw55axaift5gaoz3h2bpaay6a','oru5khfjgmkw74xwlijefbg7eq',1773100800000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "policy": "municipality", "not_asked": "off", "people": ["4n6ha2viy6t6y6ydj23aeu2v2u"]}');
INSERT INTO "case_event" VALUES(12,'nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei',1773100860000,'still_on_it','4n6ha2viy6t6y6ydj23aeu2v2u','{"until": "2026-03-10T00:16:00+00:00", "left": 7}');
INSERT INTO "case_event" VALUES(13,'nnw55axaift5gaoz3h2bpaay6a','rryhyzsh343o6ntb4hf55v66hy',1773100920000,'opened','alerting','{"reason": "silence_past_deadline", "happened_at": "2026-03-09T17:02:00+00:00", "arrived_at": "2026-03-10T00:02:00+00:00", "last_activity_at": "2026-03-09T17:02:00+00:00", "due_at": "2026-03-10T00:02:00+00:00"}');
INSERT INTO "case_event" VALUES(14,'nnw55axaift5gaoz3h2bpaay6a','rryhyzsh343o6ntb4hf55v66hy',1773100920000,'resident_asked','alerting','{"step": -1, "until": "2026-03-10T00:12:00+00:00"}');
INSERT INTO "case_event" VALUES(15,'nnw55axaift5gaoz3h2bpaay6a','vx4s5aqzxtusbphqvsqquehwlq',1773100980000,'opened','alerting','{"reason": "button_pressed", "happened_at": "2026-03-10T00:03:00+00:00", "arrived_at": "2026-03-10T00:03:00+00:00"}');
INSERT INTO "case_event" VALUES(16,'nnw55axaift5gaoz3h2bpaay6a','vx4s5aqzxtusbphqvsqquehwlq',1773100980000,'step_taken','alerting','{"step": 1, "who": "assigned", "reason": "first", "policy": "municipality", "not_asked": "urgent", "people": ["4n6ha2viy6t6y6ydj23aeu2v2u"]}');
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
INSERT INTO "consent" VALUES('qeeqvtvjhxqxlqfs6pn73dtvgm','nnw55axaift5gaoz3h2bpaay6a','isyb4qdpq4shhsw3sirmk6dmm4','4ppilejiqpwkvxbqdbysdum7vq','summary',1772319600000,NULL);
CREATE TABLE contact_method (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	channel VARCHAR(16) NOT NULL, 
	address TEXT NOT NULL, 
	position INTEGER NOT NULL, 
	"after" BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	verified_at BIGINT, 
	failing_since BIGINT, 
	failing_reason VARCHAR(16), 
	code_hash BLOB, 
	code_ends_at BIGINT, 
	code_tries INTEGER NOT NULL, 
	CONSTRAINT pk_contact_method PRIMARY KEY (id), 
	CONSTRAINT fk_contact_method_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_contact_method_user_id FOREIGN KEY(user_id) REFERENCES app_user (id), 
	CONSTRAINT uq_contact_method_user_id_channel_address UNIQUE (user_id, channel, address)
);
INSERT INTO "contact_method" VALUES('xl6tfxr2et3qboojemimlitxui','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','email','aoki@example.jp',1,0,1772319600000,1772319600000,NULL,NULL,NULL,NULL,0);
INSERT INTO "contact_method" VALUES('3sdl6dfqwttj7jf224fp45mzfe','nnw55axaift5gaoz3h2bpaay6a','web4o6c6vse7poygi6ildjumfy','email','sakura@example.jp',1,0,1772319600000,1772319600000,NULL,NULL,NULL,NULL,0);
INSERT INTO "contact_method" VALUES('oscbohle5t3hfqyksxu5paywp4','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','email','mori@example.jp',1,0,1772319600000,1772319600000,NULL,NULL,NULL,NULL,0);
INSERT INTO "contact_method" VALUES('6d5n7msahdffj4ctgoc4yd4osy','nnw55axaift5gaoz3h2bpaay6a','rkhs3qj2qthggij5ryewxhkx54','email','kanri@example.jp',1,0,1772319600000,1772319600000,NULL,NULL,NULL,NULL,0);
INSERT INTO "contact_method" VALUES('g2rirxzwvsb2amex5sl4jqbsbi','nnw55axaift5gaoz3h2bpaay6a','4ppilejiqpwkvxbqdbysdum7vq','email','hanako@example.jp',1,0,1772319600000,1772319600000,NULL,NULL,NULL,NULL,0);
INSERT INTO "contact_method" VALUES('kfqhmfnd42vlxa3cogfk6hu4sy','nnw55axaift5gaoz3h2bpaay6a','gcbvoq35an5hrn27ytqyjv42lq','webhook','https://hooks.example/mori',2,300000,1773097200000,1773097200000,NULL,NULL,NULL,NULL,0);
INSERT INTO "contact_method" VALUES('sxhfprcjuyvhxwqg2uvidwf6ry','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','webhook','https://hooks.example/aoki',2,0,1773097200000,NULL,NULL,NULL,X'111C764838AC8AF55972B16A47978018651AF22826B54A688B17EF7ACFB03A41',1773183600000,0);
INSERT INTO "contact_method" VALUES('pxnxmjse5hjh3lmjhm6ndy24uq','nnw55axaift5gaoz3h2bpaay6a','rkhs3qj2qthggij5ryewxhkx54','webhook','https://hooks.example/kanri',2,0,1773097200000,1772406000000,1773010800000,'refused',NULL,NULL,0);
CREATE TABLE cursor (
	consumer VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	position BIGINT NOT NULL, 
	CONSTRAINT pk_cursor PRIMARY KEY (consumer), 
	CONSTRAINT fk_cursor_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "cursor" VALUES('alerting',NULL,6);
CREATE TABLE daily_record (
	home_id VARCHAR(32) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	standing VARCHAR(16) NOT NULL, 
	verdict VARCHAR(16) NOT NULL, 
	reason VARCHAR(32) NOT NULL, 
	confirmed_at BIGINT, 
	last_activity_at BIGINT, 
	away_until BIGINT, 
	blind_since BIGINT, 
	as_of BIGINT NOT NULL, 
	CONSTRAINT pk_daily_record PRIMARY KEY (home_id, day), 
	CONSTRAINT fk_daily_record_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_daily_record_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "daily_record" VALUES('fsulnfxciv4qiwbltgoylcs67a','2026-03-09','nnw55axaift5gaoz3h2bpaay6a','confirmed','well','recent_activity',1773007200000,1773017940000,NULL,NULL,1773018000000);
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
INSERT INTO "deadline" VALUES('fsulnfxciv4qiwbltgoylcs67a','nnw55axaift5gaoz3h2bpaay6a',1,1773117000000,1773095400000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('lqfo3bpvouw2fiqmg2kjrrukwi','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('mw64spalciwero5l4du2qrq6sq','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('m6igmg2j5vac4etzkcccgzhmaa','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('7xomhrd7qqcplsivrpwe5dxpqm','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('5j7x3zy4dadph7eaubidx2ctfe','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('jt5jjp74qahxejqdq3quzn4q7q','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
INSERT INTO "deadline" VALUES('xikeykeq5mdkktw3vq67wa423u','nnw55axaift5gaoz3h2bpaay6a',1,1773118380000,1773096780000,'silence_past_deadline',10800000,'home',NULL,NULL);
CREATE TABLE digest_mail (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	day VARCHAR(10) NOT NULL, 
	language VARCHAR(8) NOT NULL, 
	subject TEXT NOT NULL, 
	body TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	retry_at_s FLOAT, 
	last_error TEXT, 
	accepted_at BIGINT, 
	CONSTRAINT pk_digest_mail PRIMARY KEY (id), 
	CONSTRAINT fk_digest_mail_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_digest_mail_user_id FOREIGN KEY(user_id) REFERENCES app_user (id), 
	CONSTRAINT uq_digest_mail_user_id_day UNIQUE (user_id, day)
);
INSERT INTO "digest_mail" VALUES('gu3pgdevmzt4sllsqh3umhw2wu','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u','2026-03-09','en','Digest of aoki','7 of 8 confirmed well','accepted',1773018000000,1773039600000,1,NULL,NULL,1773018000000);
INSERT INTO "digest_mail" VALUES('ich2gizlk7nxo3454bboyqztzm','nnw55axaift5gaoz3h2bpaay6a','web4o6c6vse7poygi6ildjumfy','2026-03-10','en','Digest of sakura','7 of 8 confirmed well','waiting',1773100860000,1773126000000,0,NULL,NULL,NULL);
CREATE TABLE digest_wish (
	user_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	minute INTEGER, 
	CONSTRAINT pk_digest_wish PRIMARY KEY (user_id), 
	CONSTRAINT fk_digest_wish_user_id FOREIGN KEY(user_id) REFERENCES app_user (id), 
	CONSTRAINT fk_digest_wish_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "digest_wish" VALUES('web4o6c6vse7poygi6ildjumfy','nnw55axaift5gaoz3h2bpaay6a',570);
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
	next_step_at BIGINT, rung INTEGER DEFAULT 0 NOT NULL, asides INTEGER DEFAULT 0 NOT NULL, "plan" JSON, 
	CONSTRAINT pk_episode PRIMARY KEY (id), 
	CONSTRAINT fk_episode_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_episode_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_episode_case_id_number UNIQUE (case_id, number)
);
INSERT INTO "episode" VALUES('ai3dipqypm6gb4onqscyb6dzj4','nnw55axaift5gaoz3h2bpaay6a','5wxz6ytvqzekxvvjzkbhlipxhi',1,'nothing_heard',1773098400000,1773099000000,1773098400000,NULL,NULL,NULL,NULL,1,1773102600000,1,0,'{"steps": [{"who": "technicians", "wait_s": 3600}, {"who": "administrators", "wait_s": 3600}], "patience_s": 86400, "source": "default"}');
INSERT INTO "episode" VALUES('n6ojak6vjpmeybxf6sy42pawcy','nnw55axaift5gaoz3h2bpaay6a','trebveldvgzj276bjrf4rvmjgu',1,'button_pressed',1773099600000,1773099600000,1773099600000,NULL,NULL,NULL,NULL,1,NULL,1,0,'{"steps": [{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}], "patience_s": 900, "source": "municipality"}');
INSERT INTO "episode" VALUES('lujnqhlsf6yspnbuu4tqp5pegi','nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei',1,'button_pressed',1773100200000,1773100200000,1773100200000,NULL,NULL,NULL,NULL,1,1773101760000,1,0,'{"steps": [{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}], "patience_s": 900, "source": "municipality"}');
INSERT INTO "episode" VALUES('6ezxy2biz7eapqs5vu546irjai','nnw55axaift5gaoz3h2bpaay6a','oru5khfjgmkw74xwlijefbg7eq',1,'silence_past_deadline',1773075600000,1773100800000,1773075600000,NULL,1773075600000,1773100800000,NULL,1,1773101400000,1,0,'{"steps": [{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}], "patience_s": 900, "source": "municipality"}');
INSERT INTO "episode" VALUES('bsrfwvmfddbrz3eoiuow5gcfvq','nnw55axaift5gaoz3h2bpaay6a','rryhyzsh343o6ntb4hf55v66hy',1,'silence_past_deadline',1773075720000,1773100920000,1773075720000,NULL,1773075720000,1773100920000,NULL,0,1773101520000,0,1,'{"steps": [{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}], "patience_s": 900, "source": "municipality"}');
INSERT INTO "episode" VALUES('j6qzr2hj2x3ljfrs3htfuyuoau','nnw55axaift5gaoz3h2bpaay6a','vx4s5aqzxtusbphqvsqquehwlq',1,'button_pressed',1773100980000,1773100980000,1773100980000,NULL,NULL,NULL,NULL,1,1773101580000,1,0,'{"steps": [{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}], "patience_s": 900, "source": "municipality"}');
CREATE TABLE escalation_policy (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32), 
	kind VARCHAR(16) NOT NULL, 
	steps JSON NOT NULL, patience_s INTEGER, 
	CONSTRAINT pk_escalation_policy PRIMARY KEY (id), 
	CONSTRAINT fk_escalation_policy_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_escalation_policy_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_escalation_policy_municipality_id_home_id_kind UNIQUE (municipality_id, home_id, kind)
);
INSERT INTO "escalation_policy" VALUES('6vli2j7gdkfztj7bdtrmk4em3i','nnw55axaift5gaoz3h2bpaay6a',NULL,'resident','[{"who": "assigned", "wait_s": 600}, {"who": "caseworkers", "wait_s": 720}]',NULL);
INSERT INTO "escalation_policy" VALUES('oyuf5t2cnkopyunq527xdq2zoq','nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi','resident','[{"who": "administrators", "wait_s": 1800}]',NULL);
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
INSERT INTO "finding" VALUES(1,'nnw55axaift5gaoz3h2bpaay6a','m6igmg2j5vac4etzkcccgzhmaa','gateway_silent','begun','nothing_heard',1773098400000,1773099000000,NULL,NULL,NULL,NULL,NULL,'m6igmg2j5vac4etzkcccgzhmaa|gateway_silent|begun|nothing_heard|-|-|2026-03-09T23:20:00+00:00');
INSERT INTO "finding" VALUES(2,'nnw55axaift5gaoz3h2bpaay6a','fsulnfxciv4qiwbltgoylcs67a','help','begun','button_pressed',1773099600000,1773099600000,NULL,NULL,NULL,NULL,NULL,'fsulnfxciv4qiwbltgoylcs67a|help|begun|button_pressed|-|-|2026-03-09T23:40:00+00:00');
INSERT INTO "finding" VALUES(3,'nnw55axaift5gaoz3h2bpaay6a','mw64spalciwero5l4du2qrq6sq','help','begun','button_pressed',1773100200000,1773100200000,NULL,NULL,NULL,NULL,NULL,'mw64spalciwero5l4du2qrq6sq|help|begun|button_pressed|-|-|2026-03-09T23:50:00+00:00');
INSERT INTO "finding" VALUES(4,'nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi','inactivity','begun','silence_past_deadline',1773075600000,1773100800000,NULL,1773075600000,1773100800000,NULL,NULL,'lqfo3bpvouw2fiqmg2kjrrukwi|inactivity|begun|silence_past_deadline|-|-|2026-03-09T17:00:00+00:00');
INSERT INTO "finding" VALUES(5,'nnw55axaift5gaoz3h2bpaay6a','7xomhrd7qqcplsivrpwe5dxpqm','inactivity','begun','silence_past_deadline',1773075720000,1773100920000,NULL,1773075720000,1773100920000,NULL,NULL,'7xomhrd7qqcplsivrpwe5dxpqm|inactivity|begun|silence_past_deadline|-|-|2026-03-09T17:02:00+00:00');
INSERT INTO "finding" VALUES(6,'nnw55axaift5gaoz3h2bpaay6a','5j7x3zy4dadph7eaubidx2ctfe','help','begun','button_pressed',1773100980000,1773100980000,NULL,NULL,NULL,NULL,NULL,'5j7x3zy4dadph7eaubidx2ctfe|help|begun|button_pressed|-|-|2026-03-10T00:03:00+00:00');
INSERT INTO "finding" VALUES(7,'nnw55axaift5gaoz3h2bpaay6a','jt5jjp74qahxejqdq3quzn4q7q','inactivity','begun','silence_past_deadline',1773078000000,1773100980000,NULL,1773078000000,1773100980000,NULL,NULL,'jt5jjp74qahxejqdq3quzn4q7q|inactivity|begun|silence_past_deadline|-|-|2026-03-09T17:40:00+00:00');
CREATE TABLE gateway (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	key_generation INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	revoked_at BIGINT, 
	CONSTRAINT pk_gateway PRIMARY KEY (id), 
	CONSTRAINT fk_gateway_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "gateway" VALUES('oluzhng4az5bobo4xrcmxyylaq','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('3zbddp23dzs6o43d7ly6fboufu','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('dip2jnmil5wszbky32je6eb5va','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('rxegvz53stmgsc3ox6yqlevuua','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('bvv56espbhy5hyx2yygrj776oy','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('hxjds7h2vv3wd4ygy7wtvyvzza','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('4wpvu6qxth7jntuvrkt6zyelw4','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
INSERT INTO "gateway" VALUES('ty6h3ee5lqafreyirrbyvbinta','nnw55axaift5gaoz3h2bpaay6a',1,1772319600000,NULL);
CREATE TABLE gateway_credential (
	username VARCHAR(40) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	gateway_id VARCHAR(32) NOT NULL, 
	generation INTEGER NOT NULL, 
	password_hash TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	ends_at BIGINT, 
	ended_at BIGINT, 
	CONSTRAINT pk_gateway_credential PRIMARY KEY (username), 
	CONSTRAINT fk_gateway_credential_gateway_id FOREIGN KEY(gateway_id) REFERENCES gateway (id), 
	CONSTRAINT fk_gateway_credential_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_gateway_credential_gateway_id_generation UNIQUE (gateway_id, generation)
);
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
INSERT INTO "gateway_placement" VALUES('qj3hb7xhzirtnp2ftwfcnklwmm','nnw55axaift5gaoz3h2bpaay6a','oluzhng4az5bobo4xrcmxyylaq','fsulnfxciv4qiwbltgoylcs67a',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('3jsonzvuhjaawevwweoiernklu','nnw55axaift5gaoz3h2bpaay6a','3zbddp23dzs6o43d7ly6fboufu','lqfo3bpvouw2fiqmg2kjrrukwi',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('xdsmrp4x7ikfgh6gey4vhzu4ky','nnw55axaift5gaoz3h2bpaay6a','dip2jnmil5wszbky32je6eb5va','mw64spalciwero5l4du2qrq6sq',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('5sqsxp2oqsb73elzvvozm2rhoy','nnw55axaift5gaoz3h2bpaay6a','rxegvz53stmgsc3ox6yqlevuua','m6igmg2j5vac4etzkcccgzhmaa',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('7nkp5moz435broeboqivteuozi','nnw55axaift5gaoz3h2bpaay6a','bvv56espbhy5hyx2yygrj776oy','7xomhrd7qqcplsivrpwe5dxpqm',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('yilj6gdfrenkh6rlwg7epyfty4','nnw55axaift5gaoz3h2bpaay6a','hxjds7h2vv3wd4ygy7wtvyvzza','5j7x3zy4dadph7eaubidx2ctfe',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('zbqj45aba6hhxgp3ae3lpfxbb4','nnw55axaift5gaoz3h2bpaay6a','4wpvu6qxth7jntuvrkt6zyelw4','jt5jjp74qahxejqdq3quzn4q7q',1772319600000,NULL);
INSERT INTO "gateway_placement" VALUES('ne2ewo4mg4kazgona3jipqs44m','nnw55axaift5gaoz3h2bpaay6a','ty6h3ee5lqafreyirrbyvbinta','xikeykeq5mdkktw3vq67wa423u',1772319600000,NULL);
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
INSERT INTO "home" VALUES('fsulnfxciv4qiwbltgoylcs67a','nnw55axaift5gaoz3h2bpaay6a','K-01','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('lqfo3bpvouw2fiqmg2kjrrukwi','nnw55axaift5gaoz3h2bpaay6a','K-02','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('mw64spalciwero5l4du2qrq6sq','nnw55axaift5gaoz3h2bpaay6a','K-03','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('m6igmg2j5vac4etzkcccgzhmaa','nnw55axaift5gaoz3h2bpaay6a','K-04','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('7xomhrd7qqcplsivrpwe5dxpqm','nnw55axaift5gaoz3h2bpaay6a','K-05','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('5j7x3zy4dadph7eaubidx2ctfe','nnw55axaift5gaoz3h2bpaay6a','K-06','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('jt5jjp74qahxejqdq3quzn4q7q','nnw55axaift5gaoz3h2bpaay6a','K-07','Asia/Tokyo',1772319600000);
INSERT INTO "home" VALUES('xikeykeq5mdkktw3vq67wa423u','nnw55axaift5gaoz3h2bpaay6a','K-08','Asia/Tokyo',1772319600000);
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
INSERT INTO "home_state" VALUES('fsulnfxciv4qiwbltgoylcs67a','nnw55axaift5gaoz3h2bpaay6a',2,1773097180000,1773097180000,1773095400000,'7besuxqt6gvzai4qmdmglxsg5e',1773095400000,NULL);
INSERT INTO "home_state" VALUES('lqfo3bpvouw2fiqmg2kjrrukwi','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'tvhv76rr73qo7zncaa57izdaym',1773096780000,NULL);
INSERT INTO "home_state" VALUES('mw64spalciwero5l4du2qrq6sq','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'3cukv62psnptrfdfrigx5bhque',1773096780000,NULL);
INSERT INTO "home_state" VALUES('m6igmg2j5vac4etzkcccgzhmaa','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'y5d4l2j6itdpzo4qqr3wve2ipq',1773096780000,NULL);
INSERT INTO "home_state" VALUES('7xomhrd7qqcplsivrpwe5dxpqm','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'od4rag4popv7wynyy6n7x66e2a',1773096780000,NULL);
INSERT INTO "home_state" VALUES('5j7x3zy4dadph7eaubidx2ctfe','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'ab7mrc4ep2wjehykc4rtfuazdu',1773096780000,NULL);
INSERT INTO "home_state" VALUES('jt5jjp74qahxejqdq3quzn4q7q','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'wog7j74imiq4wo57vwc6bpshvy',1773096780000,NULL);
INSERT INTO "home_state" VALUES('xikeykeq5mdkktw3vq67wa423u','nnw55axaift5gaoz3h2bpaay6a',1,1773097180000,1773097180000,1773096780000,'e2d5yjgbxh7ct4uzasbd66nicu',1773096780000,NULL);
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
	name TEXT NOT NULL, kind VARCHAR(16) DEFAULT 'city' NOT NULL, 
	CONSTRAINT pk_municipality PRIMARY KEY (id)
);
INSERT INTO "municipality" VALUES('nnw55axaift5gaoz3h2bpaay6a','みまもり市','city');
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
	accepted_at BIGINT, news_of BIGINT, contact_method_id VARCHAR(32), why VARCHAR(24), group_key VARCHAR(96), grouped_into VARCHAR(32), happened_at BIGINT, 
	CONSTRAINT pk_notification PRIMARY KEY (id), 
	CONSTRAINT fk_notification_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_notification_episode_id FOREIGN KEY(episode_id) REFERENCES episode (id), 
	CONSTRAINT fk_notification_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_notification_user_id FOREIGN KEY(user_id) REFERENCES app_user (id), 
	CONSTRAINT uq_notification_dedupe_key UNIQUE (dedupe_key)
);
INSERT INTO "notification" VALUES('7o63fydorpuvi62ceyegr4lzcm','nnw55axaift5gaoz3h2bpaay6a','5wxz6ytvqzekxvvjzkbhlipxhi','ai3dipqypm6gb4onqscyb6dzj4',1,'gcbvoq35an5hrn27ytqyjv42lq','email','en','[Mimamori] Equipment K-04: nothing is heard (case 1)','K-04, case 1

Nothing was heard from this home since 08:20, for 10 min. What happens there cannot be seen.
Look and answer: https://mimamori.example/cases/5wxz6ytvqzekxvvjzkbhlipxhi
This is not an emergency service. Where life is in danger, call 119.
','ai3dipqypm6gb4onqscyb6dzj4|1|oscbohle5t3hfqyksxu5paywp4','accepted',1773099000000,1773099000000,1773185400000,1,NULL,NULL,NULL,NULL,NULL,1773099000000,NULL,'oscbohle5t3hfqyksxu5paywp4','at_once',NULL,NULL,1773098400000);
INSERT INTO "notification" VALUES('re5g7n35tzsreliuvty2ticd6q','nnw55axaift5gaoz3h2bpaay6a','5wxz6ytvqzekxvvjzkbhlipxhi','ai3dipqypm6gb4onqscyb6dzj4',1,'gcbvoq35an5hrn27ytqyjv42lq','webhook','en','[Mimamori] Equipment K-04: nothing is heard (case 1)','K-04, case 1

Nothing was heard from this home since 08:20, for 10 min. What happens there cannot be seen.
Look and answer: https://mimamori.example/cases/5wxz6ytvqzekxvvjzkbhlipxhi
This is not an emergency service. Where life is in danger, call 119.
','ai3dipqypm6gb4onqscyb6dzj4|1|kfqhmfnd42vlxa3cogfk6hu4sy','accepted',1773099000000,1773099300000,1773185700000,1,NULL,NULL,NULL,NULL,NULL,1773099300000,NULL,'kfqhmfnd42vlxa3cogfk6hu4sy','after_wait',NULL,NULL,1773098400000);
INSERT INTO "notification" VALUES('7lkd7xnggqy5n2tnssmv3yljae','nnw55axaift5gaoz3h2bpaay6a','trebveldvgzj276bjrf4rvmjgu','n6ojak6vjpmeybxf6sy42pawcy',1,'4n6ha2viy6t6y6ydj23aeu2v2u','email','en','[Mimamori] URGENT K-01: help button pressed (case 2)','K-01, case 2

The help button was pressed at 08:40.
Look and answer: https://mimamori.example/cases/trebveldvgzj276bjrf4rvmjgu
This is not an emergency service. Where life is in danger, call 119.
','n6ojak6vjpmeybxf6sy42pawcy|1|xl6tfxr2et3qboojemimlitxui','accepted',1773099600000,1773099600000,1773186000000,1,NULL,NULL,NULL,NULL,NULL,1773099600000,NULL,'xl6tfxr2et3qboojemimlitxui','at_once',NULL,NULL,1773099600000);
INSERT INTO "notification" VALUES('uimbbgj2uagv6d6kwb7rgtqngq','nnw55axaift5gaoz3h2bpaay6a','stjqyrkronupyo6faajrjtmjei','lujnqhlsf6yspnbuu4tqp5pegi',1,'4n6ha2viy6t6y6ydj23aeu2v2u','email','en','[Mimamori] URGENT K-03: help button pressed (case 3)','K-03, case 3

The help button was pressed at 08:50.
Look and answer: https://mimamori.example/cases/stjqyrkronupyo6faajrjtmjei
This is not an emergency service. Where life is in danger, call 119.
','lujnqhlsf6yspnbuu4tqp5pegi|1|xl6tfxr2et3qboojemimlitxui','accepted',1773100200000,1773100200000,1773186600000,1,NULL,NULL,NULL,NULL,NULL,1773100200000,NULL,'xl6tfxr2et3qboojemimlitxui','at_once',NULL,NULL,1773100200000);
INSERT INTO "notification" VALUES('un6wfslzhrlakhrpglscib2fqi','nnw55axaift5gaoz3h2bpaay6a','oru5khfjgmkw74xwlijefbg7eq','6ezxy2biz7eapqs5vu546irjai',1,'4n6ha2viy6t6y6ydj23aeu2v2u','email','en','[Mimamori] K-02: no movement (case 4)','K-02, case 4

No movement since 02:00, for 7 h.
Look and answer: https://mimamori.example/cases/oru5khfjgmkw74xwlijefbg7eq
This is not an emergency service. Where life is in danger, call 119.
','6ezxy2biz7eapqs5vu546irjai|1|xl6tfxr2et3qboojemimlitxui','accepted',1773100800000,1773100800000,1773187200000,1,NULL,NULL,NULL,NULL,NULL,1773100800000,NULL,'xl6tfxr2et3qboojemimlitxui','at_once',NULL,NULL,1773075600000);
INSERT INTO "notification" VALUES('kfiy2rgqdpp2tnmyzwszsty7nu','nnw55axaift5gaoz3h2bpaay6a','rryhyzsh343o6ntb4hf55v66hy','bsrfwvmfddbrz3eoiuow5gcfvq',-1,'4ppilejiqpwkvxbqdbysdum7vq','email','en','[Mimamori] Are you well? (case 5)','No movement was seen in your home since 02:02. If you are well, please move about, open a door, or answer. If you need help, press the help button. Without an answer somebody will be asked to look in on you.
This is not an emergency service. Where life is in danger, call 119.
','bsrfwvmfddbrz3eoiuow5gcfvq|-1|g2rirxzwvsb2amex5sl4jqbsbi','accepted',1773100920000,1773100920000,1773187320000,1,NULL,NULL,NULL,NULL,NULL,1773100920000,NULL,'g2rirxzwvsb2amex5sl4jqbsbi','at_once',NULL,NULL,1773075720000);
INSERT INTO "notification" VALUES('bqcjt6vgojlz6ahandvx27jm4q','nnw55axaift5gaoz3h2bpaay6a','vx4s5aqzxtusbphqvsqquehwlq','j6qzr2hj2x3ljfrs3htfuyuoau',1,'4n6ha2viy6t6y6ydj23aeu2v2u','email','en','[Mimamori] URGENT K-06: help button pressed (case 6)','K-06, case 6

The help button was pressed at 09:03.
Look and answer: https://mimamori.example/cases/vx4s5aqzxtusbphqvsqquehwlq
This is not an emergency service. Where life is in danger, call 119.
','j6qzr2hj2x3ljfrs3htfuyuoau|1|xl6tfxr2et3qboojemimlitxui','leased',1773100980000,1773100980000,1773187380000,1,NULL,'vegekidsmvnjcnb5l3qyeqx6ju',10.0,NULL,NULL,NULL,NULL,'xl6tfxr2et3qboojemimlitxui','at_once',NULL,NULL,1773100980000);
CREATE TABLE on_call_override (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	schedule_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	starts_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_on_call_override PRIMARY KEY (id), 
	CONSTRAINT ck_on_call_override_on_call_override_ends CHECK (ends_at > starts_at), 
	CONSTRAINT fk_on_call_override_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_on_call_override_schedule_id FOREIGN KEY(schedule_id) REFERENCES on_call_schedule (id), 
	CONSTRAINT fk_on_call_override_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "on_call_override" VALUES('agfgjcybininj2lan24i7kx6ze','nnw55axaift5gaoz3h2bpaay6a','zyi6h64q7me6rvq3hcetndu2me','web4o6c6vse7poygi6ildjumfy',1773133200000,1773183600000,1773097200000);
CREATE TABLE on_call_schedule (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	name VARCHAR(32) NOT NULL, 
	time_zone VARCHAR(64) NOT NULL, 
	rotation JSON, 
	hours JSON NOT NULL, 
	CONSTRAINT pk_on_call_schedule PRIMARY KEY (id), 
	CONSTRAINT fk_on_call_schedule_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_on_call_schedule_municipality_id_name UNIQUE (municipality_id, name)
);
INSERT INTO "on_call_schedule" VALUES('zyi6h64q7me6rvq3hcetndu2me','nnw55axaift5gaoz3h2bpaay6a','night','Asia/Tokyo','{"people": ["4n6ha2viy6t6y6ydj23aeu2v2u", "web4o6c6vse7poygi6ildjumfy"], "starts_on": "2026-03-09", "hand_over": "08:00", "days": 7}','[]');
CREATE TABLE pause (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	mode VARCHAR(16) NOT NULL, 
	starts_at BIGINT NOT NULL, 
	ends_at BIGINT NOT NULL, 
	left_at BIGINT, 
	owner VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_pause PRIMARY KEY (id), 
	CONSTRAINT ck_pause_pause_ends CHECK (ends_at >= starts_at), 
	CONSTRAINT fk_pause_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_pause_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "pause" VALUES('w2k2epseuq7jxgbyygmroanu3i','nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u','mute',1773100860000,1773102660000,NULL,'4n6ha2viy6t6y6ydj23aeu2v2u',1773100860000);
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
INSERT INTO "personal" VALUES('isyb4qdpq4shhsw3sirmk6dmm4','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'6D7574C9B80B77F197E98FBBD18C1760CC43985BC1A2571FFB96A021829E1A4FA2702FB5026BB8FD1FDE807F9FBFFD60C89F2E3709DDE7D7FA7DBC76',X'D2B7D03C7CFA31045FD4F96D2E1CF613219BEF6EF0F0A06BD1FB6F7B94CE1E38BA40F19AC9EF711E8A',X'7C996C515D0E6942BDF91335D673216B558885688A9A7A3FAF3FB0F0648A66A8002CD0D78E922C057D4F027F',X'07B9F5D58A171321F65BC9F11AE75C5639D1EF0BA3452394E9787E71C97EF44A204F4AB3A6BD47E49AD160C5FB684C04669C55AB06A6DA244DCF5C7F63C2857556',X'F5D3F25E1AA30A39D58CCBD5B151AF205FAA6DD91037B15CC1D8D7F19E1D2EFC10DF5CCD4187803F',X'C5046F4D89556AC529924A660E4C4B103FA7D882F72E082EB8D9C800B748A268D7EDC0439BBE35275B875BFF52193F1CBD2F85F443F8C8A0E7F7D611245B548928CD71E86620423E2B3FD95B531787');
INSERT INTO "personal" VALUES('uwvjifxl6l7tadqfcnkiun464a','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'8C706604DF5FFF951AF62EE8801256A89EC6A5DF1D6D6ADF7ACC21167108E5EF72E4F5F2FE12C93AD313C49301F4FE446C7099C1419298CED97B0841',X'EB043B140D3035CEC0AB7F2B563AF01852ABA857ED462584EF1A63ADBF5B1F0F918465A2975CB78F48',X'1A54D5DF841B9A55C0E37A85AC01FC5165101CBB3EA194BB7F56CA8C8496766819DA1D54BF2FF430C5D24CCF407D25971927',X'75CFE9BE91D889C37F652FCFB40475B513FA2001D3246AB71D1F5D424A4CF0FBB3AC8B16D2837A3A15860E817C3270A6BDDAC1A18B34DD6B11674FA64BA883B9DB',X'250AFFF4D8F5D006149D1792A2C914B68F9349485D82BE67119A3BC3D6D907FEC0D564845F15334F',X'E0841568533D203D2753666CC6E2C23344E43464E6E73B590B8485AC8E1991169D5180D0DDA840B2D817D308A9B6BB58192DCDE67263A8BB0A3EA740C3D2EA1B4BEC8416674428EE8FB95FDE7A8298');
INSERT INTO "personal" VALUES('d64gg4r2da7a2vi6gcepvown74','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'9A2132D2D742BF854697EEEAA8A2C134AAF4958CE7DF599E0E16D3F2F9C5C8275F175A0035F102DAADA2392C893FD2B813DF2337CF06B71FC28D9CEE',X'5292EFDC35B47371192E1E936EE40900BCF45B62CD22A86C1E52E18DB3223350B08C6E417ACD2BB2BC',X'925C8D7E7486EFE98C28396C19A8CAAE53C151C5037E02B1A49200735E36242512CAE5D7D85D576AADB93064',X'8958FE17135C6A488774C93DF5F7774EFB6CA8A5F488A4C3CD60F5EE4F5DD58D2390A990AC780C31B3995DD5E4A35BB01C434FD86D1001637F61FE2078A0AD601F',X'EAEB20A93F201FDBC6C1E364C9B781BF2C8AD8BA077863E6CF1DC3F31467B9CECBC1B630DDE14B2B',X'A6D89AA01FA46DBAE3F9DE46C81FECF56E09BD3E1AF1FAACB35977A674D9174502FE5EFB3DA5556AC30D4B8AD1EBE058A02EC18EEFC00FB83DD3AB3281387C93AEB952E3E9E2809D85130B568D8F3C');
INSERT INTO "personal" VALUES('l36jzypbihwuxmsamisawpiaze','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'28AD7CEE66D70E537ABCC803C2350CD82ABCE7855AF76AF835B0C1EA415E84D54E6ABFCFEE286E6167C467A154B0FFF5D367DD8915D1C6D38162B89C',X'82744503C4CF0EADB8ED6303AA7E299F6FA08F9ECEF7502AA7EA37E751BAB1D83308B6CA0FD900C098',X'B339C2EE30DFD35CAD0E97C0B2D61D51F9421318D0EDF2626296FDAC0E17BCE119C389F0D89CA2C7955CE8FD2FCCB7875C65',X'3CA14865F2979904E687C0ADA93BB5E5E5343AECFACEA4022075F7EDC3CCC0209FF1DD92A6371C203A2A4D69EBB5B08EC0B6C51F9302DBE4BA7426963E8917D575',X'AD3AA92ABF436B38731CA6F2572325D6BE23D3AD75CA234597D5651D3508E97614A5097217F5D2B1',X'9FF6B138AEA151ED2791C8004439933552FCC297098649E12D880EE2B63718DC5342DC15C09FBE4820C9E1B527D67411604AF04E24E06797BB806D93B61AFE23458BA003B58B039C6A714797D29D2A');
INSERT INTO "personal" VALUES('wq6vubg2irr4x74fmbhgxgjxei','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'71C8EE967B68409C71086AD77DC15FB19215F41B8DCABCD458BD2344B3FAC7EAD296252FA12BF87BCFFA39C2CEC338AB557993542B987842CC51986A',X'2A3EBBDD4BD97A1EA8D6AB61E69AE28A1FADE37B0D34B3E5F0BADD3B254F5E0D2278F15F11DBF36628',X'040C95406E4B599C9EB273572427A559C0132957C48D8F37D41A03430882A8025648AD1DC1BC41AB7B62399F',X'72A31B8D12BA50C0B3E6FC8EF34B6413CFB4731F311C1C831470C372BD489DAF79C35AB18170E735C65FBC8351DC08FF1251263445E867C3DD640FB6B255D5BB38',X'AFAE0CF5BC3A507893DBFABEF458EA3D88670FCF77317EF39366DD5A4FB83991073BB656FE7A757A',X'4A64253FCB756055BBEA383F0976CA6697DFA1D67A00E631EEC010932FB04CAB1AA8274F2FBEF3D850B96571B64FBADC0B69E40E288D6002DC82029570A10EA6891336810CCDF07BBD9DE7EBC673D7');
INSERT INTO "personal" VALUES('qrxzggoox43sfof5pl35k3moim','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'8753B3FAFD34D9EA6C4137BC5865FF41E987AD0C344D6C5D3E7712819FCD0F0C9BAB5434F91516745BBCA8DE3CF86EA6F9700207CFBC6ECCD345D40E',X'8E6C8748FEC4DBFD59C56F5964F26C329BAE85B2A84C1E755C7442B0D1797C691F856E7F202F3A0550',X'AA08DA16635A11F35E5F932C44FFCE14B369248FC7DC8B374449933BEC5B2009AF50E8AC0B9C3003F0B96CBE',X'4FE29FBFA2573BB7AB5B133DEEC437B274EED96D2AE108AD9C73B1744E74BE7D4A3F01CAEEFE4EB144C9D247908F290F58B84E043B3C0AC4FE8D6B90F048B167D2',X'5F1ED4271E569A274EC6A984B28AC0F160A0D61F84FF6885D7E80B8A96F014E3B1CF49886E5FB715',X'487400AAB1803AB0943D4E03FDF7F4777B00AA14AD5C8E7CC1C9E3BD1855341252D0E2A14024A558593AEAEACADCF2E2393B63A8015BA1E3AF8CE82326863F279F55E2A839E24449D8A686B6F29EA6');
INSERT INTO "personal" VALUES('aphht75dftcnjgywd4jithg46u','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'3B047C48AFECDFAC0795D229EB5E711EDAE7579B23A3D347371FD84B1F2FDA33FC6284DBDA5679A306089C4CA07DD89AA06B6CC2A316EFE1A1AE2DB3',X'8AD6695CFE6174FEE44E5E6BA61F8CD76B32C0CD22A38D98A6B908E11D96915ABACC18C298E4',X'5FBA185CAB588C730212D7F304BE2E22ED366FBDCF7676FE5AFCF07D56E06BA666DEB306B8C40701F37506895EFF42F45777',X'A3DE3F422618C22CEF9D8B9C8270385075E7114FA859396860E52B2E63B6AA8367D5D15BBCF58D14310E67929A65786B05CE658C5B1EE9D8E71C5D48726A72DDA1',X'C736302F93CE5A589D2C495F90BF5119B119F99FA7E53BA0E011060196587A0E35641F965063D271',X'92D5C10ABC382AE6C13F44D9734BBC669D86ADA66F6E67ECADCD7BEC3DE25997BA9FF89697B3F76951158622D5E26829C2BE2B81022A4E4E1B34F5EFEEFBDEF6F0CDAE4EB288CF8EA5C6EB150E8473');
INSERT INTO "personal" VALUES('w5qub575wouoakjocclfofulpq','nnw55axaift5gaoz3h2bpaay6a','afrdb6t6av7chbrj22hgeiefn4',X'4C09FC8065D21D2489AE6E49EB77926E9485DA0C810B81340A9B1F371D028EB2B50264A8D1A3307FBE9CD50C820AFF9FD8C00083C32F4A9EE4AAA74B',X'A37F4F0260AE8106B629DD1D1134BB797A92D17362C273191069AEFBCD7AFBCB7A49EBFD10D8A5FBAE4B4410E81BF2429C95',X'58890BF412543A8B08DE6F95CAFC64686CE58C5A850EF17E2FE286EF51E77C4C8FEE47401C546C031AA67B066373279B7191DD0F68',X'57513326CCC7B580DD4EFA8FB4305755B6435B0CE4F99F2F74FC741E9E8B50BAA6139D6F5417A3A4E29EF7DB3F61FD2DD8BE2C4AC28AAF47A394EA0F6D9E8EC933',X'B1DDC519702114E7C26A29B2EC52EAE23246EACB197937301F1222FE4FAE3D0FE263F7D804B73316',X'18FCC2D2F969DE77BF79C0A4D7BDC7F2FE33CE0CC15FA53E2F508874E9AA164FDA0B55ED00B1EC9754A5B9398B978A266CD4CEA05800CFFF4B1C5111306AF8C0CBFE9903A4F0CB4876590FFDE93C64');
CREATE TABLE quiet_hours (
	user_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	starts_min INTEGER NOT NULL, 
	ends_min INTEGER NOT NULL, 
	CONSTRAINT pk_quiet_hours PRIMARY KEY (user_id), 
	CONSTRAINT fk_quiet_hours_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_quiet_hours_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "quiet_hours" VALUES('4ppilejiqpwkvxbqdbysdum7vq','nnw55axaift5gaoz3h2bpaay6a',1320,420);
CREATE TABLE reply_link (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32), 
	token_hash BLOB NOT NULL, 
	case_id VARCHAR(32) NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	purpose VARCHAR(16) NOT NULL, 
	episode INTEGER NOT NULL, 
	created_at BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	used_at BIGINT, 
	reply VARCHAR(16), 
	CONSTRAINT pk_reply_link PRIMARY KEY (id), 
	CONSTRAINT fk_reply_link_case_id FOREIGN KEY(case_id) REFERENCES care_case (id), 
	CONSTRAINT fk_reply_link_user_id FOREIGN KEY(user_id) REFERENCES app_user (id), 
	CONSTRAINT fk_reply_link_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT uq_reply_link_token_hash UNIQUE (token_hash)
);
INSERT INTO "reply_link" VALUES('ahtq7pfwjdnzr7r6lc5ui6zip4','nnw55axaift5gaoz3h2bpaay6a',X'0331838D8E0D4C87512362AFE842F3D8349A88402490286D6DC5F1B0CA950DD1','5wxz6ytvqzekxvvjzkbhlipxhi','gcbvoq35an5hrn27ytqyjv42lq','reply',1,1773099000000,1773100800000,NULL,NULL);
INSERT INTO "reply_link" VALUES('i5pdup5odsrnclkv5j3k5l3lt4','nnw55axaift5gaoz3h2bpaay6a',X'9C8E8D0FDAA53387BED9420F9B60B672CBDB59C73D4ADD372A6428283A9043C0','5wxz6ytvqzekxvvjzkbhlipxhi','gcbvoq35an5hrn27ytqyjv42lq','reply',1,1773099300000,1773101100000,NULL,NULL);
INSERT INTO "reply_link" VALUES('iodh7svdzfj4bm3lxgjnmvp3c4','nnw55axaift5gaoz3h2bpaay6a',X'11716E1497D6D9AA269743352EC5C44CD1142B987FF2E7A8CA86A3A7E9F21CBE','trebveldvgzj276bjrf4rvmjgu','4n6ha2viy6t6y6ydj23aeu2v2u','reply',1,1773099600000,1773101400000,NULL,NULL);
INSERT INTO "reply_link" VALUES('gtw3d7u2gqcohhzuik23tbmngm','nnw55axaift5gaoz3h2bpaay6a',X'04BE647D3BEA4082F40F1787A19BC13552C03FFE50D14F0938D181F8AB3DC2A1','stjqyrkronupyo6faajrjtmjei','4n6ha2viy6t6y6ydj23aeu2v2u','reply',1,1773100200000,1773102000000,NULL,NULL);
INSERT INTO "reply_link" VALUES('fdrca7kwsm4imwituxssfhl5m4','nnw55axaift5gaoz3h2bpaay6a',X'0EB04E6FCE45A4101C5402ADB85C876A1C71EED6BA1C3EB3608D5A11DF5760C1','oru5khfjgmkw74xwlijefbg7eq','4n6ha2viy6t6y6ydj23aeu2v2u','reply',1,1773100800000,1773102600000,NULL,NULL);
INSERT INTO "reply_link" VALUES('zasqnkyl3hpdhhd75uadynrxje','nnw55axaift5gaoz3h2bpaay6a',X'FD80A5DD438564CE3AE958F9B7D6A415B1426A591FB430530360F7CE748ADD1A','rryhyzsh343o6ntb4hf55v66hy','4ppilejiqpwkvxbqdbysdum7vq','asked',1,1773100920000,1773102720000,NULL,NULL);
INSERT INTO "reply_link" VALUES('hkyinwixjw7f5eg5mp3qtgnedu','nnw55axaift5gaoz3h2bpaay6a',X'01534BE9E74036E8895BEDA738A55C13D3D353679F6C79A0BC6BED134A648511','vx4s5aqzxtusbphqvsqquehwlq','4n6ha2viy6t6y6ydj23aeu2v2u','reply',1,1773100980000,1773102780000,NULL,NULL);
CREATE TABLE report (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	home_id VARCHAR(32) NOT NULL, 
	source VARCHAR(16) NOT NULL, 
	sighting VARCHAR(16) NOT NULL, 
	seen_at BIGINT NOT NULL, 
	entered_at BIGINT NOT NULL, 
	user_id VARCHAR(32) NOT NULL, 
	key_id VARCHAR(32), 
	wrapped_key BLOB, 
	note BLOB, 
	CONSTRAINT pk_report PRIMARY KEY (id), 
	CONSTRAINT fk_report_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id), 
	CONSTRAINT fk_report_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_report_user_id FOREIGN KEY(user_id) REFERENCES app_user (id)
);
INSERT INTO "report" VALUES('iizc5agijl6xa4uqfis2yxd2ou','nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi','newspaper','well',1773097800000,1773100860000,'4n6ha2viy6t6y6ydj23aeu2v2u','afrdb6t6av7chbrj22hgeiefn4',X'775DE1B160DD3C8DCCBDF5C6E5B2CB12CE5BB080FC62AAD8365A76DDACD98448AA6E1D448FA22388EDD83B856DF7ADEB5C19A22A8AF9F8893EBF02B9',X'E5518FE67FB70A0814FCBD65D23351B4416EBECFF4200B3F0323DECF7FAB185CD551930758EA9D669F4CFACC6C');
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
INSERT INTO "residency" VALUES('6rfgt3uvxkzrmgc2cbsg3vmree','nnw55axaift5gaoz3h2bpaay6a','isyb4qdpq4shhsw3sirmk6dmm4','fsulnfxciv4qiwbltgoylcs67a',1772319600000,NULL);
INSERT INTO "residency" VALUES('j4ydsi5oqzs27qlblyvhvjytxi','nnw55axaift5gaoz3h2bpaay6a','uwvjifxl6l7tadqfcnkiun464a','lqfo3bpvouw2fiqmg2kjrrukwi',1772319600000,NULL);
INSERT INTO "residency" VALUES('cnt7lqpfozwaez7zq6hdiy7jkq','nnw55axaift5gaoz3h2bpaay6a','d64gg4r2da7a2vi6gcepvown74','mw64spalciwero5l4du2qrq6sq',1772319600000,NULL);
INSERT INTO "residency" VALUES('ircak72umz4aa5p3zqobtetyym','nnw55axaift5gaoz3h2bpaay6a','l36jzypbihwuxmsamisawpiaze','m6igmg2j5vac4etzkcccgzhmaa',1772319600000,NULL);
INSERT INTO "residency" VALUES('fe65abf67h54s36adjzdx32kxy','nnw55axaift5gaoz3h2bpaay6a','wq6vubg2irr4x74fmbhgxgjxei','7xomhrd7qqcplsivrpwe5dxpqm',1772319600000,NULL);
INSERT INTO "residency" VALUES('nk3asvvidozn7q3bd7cro6mi6y','nnw55axaift5gaoz3h2bpaay6a','qrxzggoox43sfof5pl35k3moim','5j7x3zy4dadph7eaubidx2ctfe',1772319600000,NULL);
INSERT INTO "residency" VALUES('ns4mpkiqlj4eqo76vu4fnrdmzq','nnw55axaift5gaoz3h2bpaay6a','aphht75dftcnjgywd4jithg46u','jt5jjp74qahxejqdq3quzn4q7q',1772319600000,NULL);
INSERT INTO "residency" VALUES('lwc33usmehfojz5vqfg5aoqx7m','nnw55axaift5gaoz3h2bpaay6a','w5qub575wouoakjocclfofulpq','xikeykeq5mdkktw3vq67wa423u',1772319600000,NULL);
CREATE TABLE resident (
	id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_resident PRIMARY KEY (id), 
	CONSTRAINT fk_resident_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "resident" VALUES('isyb4qdpq4shhsw3sirmk6dmm4','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('uwvjifxl6l7tadqfcnkiun464a','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('d64gg4r2da7a2vi6gcepvown74','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('l36jzypbihwuxmsamisawpiaze','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('wq6vubg2irr4x74fmbhgxgjxei','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('qrxzggoox43sfof5pl35k3moim','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('aphht75dftcnjgywd4jithg46u','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
INSERT INTO "resident" VALUES('w5qub575wouoakjocclfofulpq','nnw55axaift5gaoz3h2bpaay6a',1772319600000);
CREATE TABLE routine (
	home_id VARCHAR(32) NOT NULL, 
	municipality_id VARCHAR(32) NOT NULL, 
	fitted_at BIGINT NOT NULL, 
	model TEXT NOT NULL, 
	CONSTRAINT pk_routine PRIMARY KEY (home_id), 
	CONSTRAINT fk_routine_home_id FOREIGN KEY(home_id) REFERENCES home (id), 
	CONSTRAINT fk_routine_municipality_id FOREIGN KEY(municipality_id) REFERENCES municipality (id)
);
INSERT INTO "routine" VALUES('fsulnfxciv4qiwbltgoylcs67a','nnw55axaift5gaoz3h2bpaay6a',1773079200000,'{"format": 1}');
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
INSERT INTO "sensor" VALUES('w2thyduzuoqy3hu4z5a4wibmfu','nnw55axaift5gaoz3h2bpaay6a','oluzhng4az5bobo4xrcmxyylaq','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('7besuxqt6gvzai4qmdmglxsg5e','nnw55axaift5gaoz3h2bpaay6a','oluzhng4az5bobo4xrcmxyylaq','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('tvoj4axk5tbxjyczfyw5rg7fd4','nnw55axaift5gaoz3h2bpaay6a','oluzhng4az5bobo4xrcmxyylaq','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('4ys2ni3crmykcmpb7z6qzcjnw4','nnw55axaift5gaoz3h2bpaay6a','oluzhng4az5bobo4xrcmxyylaq','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('4njp4jdjexua2lwifwkfdxkixy','nnw55axaift5gaoz3h2bpaay6a','3zbddp23dzs6o43d7ly6fboufu','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('tvhv76rr73qo7zncaa57izdaym','nnw55axaift5gaoz3h2bpaay6a','3zbddp23dzs6o43d7ly6fboufu','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('dvj3jmpy56csfznnampcw42uqi','nnw55axaift5gaoz3h2bpaay6a','3zbddp23dzs6o43d7ly6fboufu','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('bwd7s5czuec4khfborx7kezy6a','nnw55axaift5gaoz3h2bpaay6a','3zbddp23dzs6o43d7ly6fboufu','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('jnedb54kljk5zfztggwvd7bmte','nnw55axaift5gaoz3h2bpaay6a','dip2jnmil5wszbky32je6eb5va','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('3cukv62psnptrfdfrigx5bhque','nnw55axaift5gaoz3h2bpaay6a','dip2jnmil5wszbky32je6eb5va','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('pbmtx64muxnchpfuzhlirrfsu4','nnw55axaift5gaoz3h2bpaay6a','dip2jnmil5wszbky32je6eb5va','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('4e4ejr6aq2322v5y6e4obqonly','nnw55axaift5gaoz3h2bpaay6a','dip2jnmil5wszbky32je6eb5va','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('7dthnhyn54nspb6gyefptch5yi','nnw55axaift5gaoz3h2bpaay6a','rxegvz53stmgsc3ox6yqlevuua','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('y5d4l2j6itdpzo4qqr3wve2ipq','nnw55axaift5gaoz3h2bpaay6a','rxegvz53stmgsc3ox6yqlevuua','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('4z5xpsiol77tyryhxui4d6esnu','nnw55axaift5gaoz3h2bpaay6a','rxegvz53stmgsc3ox6yqlevuua','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('rhrfjr32ow2cycbj3bmi34qgiq','nnw55axaift5gaoz3h2bpaay6a','rxegvz53stmgsc3ox6yqlevuua','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('6pk7zns2c54p2frfojocasn2ae','nnw55axaift5gaoz3h2bpaay6a','bvv56espbhy5hyx2yygrj776oy','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('od4rag4popv7wynyy6n7x66e2a','nnw55axaift5gaoz3h2bpaay6a','bvv56espbhy5hyx2yygrj776oy','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('jxvlqeoq5gfrqollzgqpbioocm','nnw55axaift5gaoz3h2bpaay6a','bvv56espbhy5hyx2yygrj776oy','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('4h362we5v75zjkoj44ntypj7n4','nnw55axaift5gaoz3h2bpaay6a','bvv56espbhy5hyx2yygrj776oy','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('7ydfusvwy6lrk7jtqcjml37jpu','nnw55axaift5gaoz3h2bpaay6a','hxjds7h2vv3wd4ygy7wtvyvzza','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('ab7mrc4ep2wjehykc4rtfuazdu','nnw55axaift5gaoz3h2bpaay6a','hxjds7h2vv3wd4ygy7wtvyvzza','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('3gmp3rs6vjwc4ohb6fpdgjewbq','nnw55axaift5gaoz3h2bpaay6a','hxjds7h2vv3wd4ygy7wtvyvzza','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('p3mckuhgaye3vmxpklm4jrxvli','nnw55axaift5gaoz3h2bpaay6a','hxjds7h2vv3wd4ygy7wtvyvzza','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('egmrtate4gkxkg76as7jqhwaoq','nnw55axaift5gaoz3h2bpaay6a','4wpvu6qxth7jntuvrkt6zyelw4','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('wog7j74imiq4wo57vwc6bpshvy','nnw55axaift5gaoz3h2bpaay6a','4wpvu6qxth7jntuvrkt6zyelw4','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('abqs26ss2e27uaapw7multu2zy','nnw55axaift5gaoz3h2bpaay6a','4wpvu6qxth7jntuvrkt6zyelw4','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('fszttn7ymnkm7mw3xrlo5kvkby','nnw55axaift5gaoz3h2bpaay6a','4wpvu6qxth7jntuvrkt6zyelw4','toilet motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('gks5lesfuqflh5zzg25qwmozpy','nnw55axaift5gaoz3h2bpaay6a','ty6h3ee5lqafreyirrbyvbinta','entrance door',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('e2d5yjgbxh7ct4uzasbd66nicu','nnw55axaift5gaoz3h2bpaay6a','ty6h3ee5lqafreyirrbyvbinta','kitchen motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('xxxly57aoyhl4czdqxzlodxnyq','nnw55axaift5gaoz3h2bpaay6a','ty6h3ee5lqafreyirrbyvbinta','bedroom motion',3000000,1,1772319600000);
INSERT INTO "sensor" VALUES('ynu4a2hqpk7cvbhv5auabqidwa','nnw55axaift5gaoz3h2bpaay6a','ty6h3ee5lqafreyirrbyvbinta','toilet motion',3000000,1,1772319600000);
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
INSERT INTO "sensor_placement" VALUES('azsz33fkqlg7fzx22gypvyzcm4','nnw55axaift5gaoz3h2bpaay6a','w2thyduzuoqy3hu4z5a4wibmfu','fsulnfxciv4qiwbltgoylcs67a','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('ba7aakxg3ezokdedckz4ltmdi4','nnw55axaift5gaoz3h2bpaay6a','7besuxqt6gvzai4qmdmglxsg5e','fsulnfxciv4qiwbltgoylcs67a','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('at4v2cvrygbc5nd242ln7ns4ly','nnw55axaift5gaoz3h2bpaay6a','tvoj4axk5tbxjyczfyw5rg7fd4','fsulnfxciv4qiwbltgoylcs67a','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('3odqwvvhfxnc36yfvjwwjjzddu','nnw55axaift5gaoz3h2bpaay6a','4ys2ni3crmykcmpb7z6qzcjnw4','fsulnfxciv4qiwbltgoylcs67a','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('qvcgs5da5ux7nswsq4zgu254ra','nnw55axaift5gaoz3h2bpaay6a','4njp4jdjexua2lwifwkfdxkixy','lqfo3bpvouw2fiqmg2kjrrukwi','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('v37lxxe6nxt2p4bvkxzol4xsg4','nnw55axaift5gaoz3h2bpaay6a','tvhv76rr73qo7zncaa57izdaym','lqfo3bpvouw2fiqmg2kjrrukwi','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('zv2f2n7ac35zfaj2n7vzpehkju','nnw55axaift5gaoz3h2bpaay6a','dvj3jmpy56csfznnampcw42uqi','lqfo3bpvouw2fiqmg2kjrrukwi','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('conlgubueqeltoypocxvqz6o6m','nnw55axaift5gaoz3h2bpaay6a','bwd7s5czuec4khfborx7kezy6a','lqfo3bpvouw2fiqmg2kjrrukwi','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('mvf23er2sbmgywefwgi4z2efj4','nnw55axaift5gaoz3h2bpaay6a','jnedb54kljk5zfztggwvd7bmte','mw64spalciwero5l4du2qrq6sq','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('tsk4fmfkp2tenddwxfzm3vgvty','nnw55axaift5gaoz3h2bpaay6a','3cukv62psnptrfdfrigx5bhque','mw64spalciwero5l4du2qrq6sq','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('4z2pzgwjpnc23vnz4nnmzam7wy','nnw55axaift5gaoz3h2bpaay6a','pbmtx64muxnchpfuzhlirrfsu4','mw64spalciwero5l4du2qrq6sq','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('3wdlvps3dd3tbw4rmijibxhrci','nnw55axaift5gaoz3h2bpaay6a','4e4ejr6aq2322v5y6e4obqonly','mw64spalciwero5l4du2qrq6sq','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('yfvfe6oqdzx7ihlqfwj3lqkfxa','nnw55axaift5gaoz3h2bpaay6a','7dthnhyn54nspb6gyefptch5yi','m6igmg2j5vac4etzkcccgzhmaa','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('da4vkbncfaiypwjqinumhsxrdm','nnw55axaift5gaoz3h2bpaay6a','y5d4l2j6itdpzo4qqr3wve2ipq','m6igmg2j5vac4etzkcccgzhmaa','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('2pgarpxxgk7jseqt7xx2cbciqe','nnw55axaift5gaoz3h2bpaay6a','4z5xpsiol77tyryhxui4d6esnu','m6igmg2j5vac4etzkcccgzhmaa','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('mumeyddfvw2g5cfbfjifsbmj7m','nnw55axaift5gaoz3h2bpaay6a','rhrfjr32ow2cycbj3bmi34qgiq','m6igmg2j5vac4etzkcccgzhmaa','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('lkh67fwtyjkjmeo7eqrtnaaoye','nnw55axaift5gaoz3h2bpaay6a','6pk7zns2c54p2frfojocasn2ae','7xomhrd7qqcplsivrpwe5dxpqm','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('diyjgfmfc7clphlagljd4rlhqa','nnw55axaift5gaoz3h2bpaay6a','od4rag4popv7wynyy6n7x66e2a','7xomhrd7qqcplsivrpwe5dxpqm','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('sltylwtrrles6a3wbwucnvsj6a','nnw55axaift5gaoz3h2bpaay6a','jxvlqeoq5gfrqollzgqpbioocm','7xomhrd7qqcplsivrpwe5dxpqm','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('ggjstkobyxi3njclplseb6g6o4','nnw55axaift5gaoz3h2bpaay6a','4h362we5v75zjkoj44ntypj7n4','7xomhrd7qqcplsivrpwe5dxpqm','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('hmnfozfftxos2dfjqcfkiy2tia','nnw55axaift5gaoz3h2bpaay6a','7ydfusvwy6lrk7jtqcjml37jpu','5j7x3zy4dadph7eaubidx2ctfe','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('lclynnqfrh7occafdsc5z3ebzq','nnw55axaift5gaoz3h2bpaay6a','ab7mrc4ep2wjehykc4rtfuazdu','5j7x3zy4dadph7eaubidx2ctfe','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('z4yadcjifdsggzx66no274p2g4','nnw55axaift5gaoz3h2bpaay6a','3gmp3rs6vjwc4ohb6fpdgjewbq','5j7x3zy4dadph7eaubidx2ctfe','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('f6i5ypwvd6thjypcl4rpxvtv3q','nnw55axaift5gaoz3h2bpaay6a','p3mckuhgaye3vmxpklm4jrxvli','5j7x3zy4dadph7eaubidx2ctfe','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('2wqmabquguce2scpbilyzbayuu','nnw55axaift5gaoz3h2bpaay6a','egmrtate4gkxkg76as7jqhwaoq','jt5jjp74qahxejqdq3quzn4q7q','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('btf3wxxt7clg6p5x6umf3aumjy','nnw55axaift5gaoz3h2bpaay6a','wog7j74imiq4wo57vwc6bpshvy','jt5jjp74qahxejqdq3quzn4q7q','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('xw76hjjgdidpzfa4s7dd3caqla','nnw55axaift5gaoz3h2bpaay6a','abqs26ss2e27uaapw7multu2zy','jt5jjp74qahxejqdq3quzn4q7q','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('ed5ikhicr2e7ubrfsafrwqw2ua','nnw55axaift5gaoz3h2bpaay6a','fszttn7ymnkm7mw3xrlo5kvkby','jt5jjp74qahxejqdq3quzn4q7q','toilet',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('k6alnddyf2wbwfkroniw6dy2m4','nnw55axaift5gaoz3h2bpaay6a','gks5lesfuqflh5zzg25qwmozpy','xikeykeq5mdkktw3vq67wa423u','entrance',1,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('mtod7d2c4ausnp5fv6zzpcz4re','nnw55axaift5gaoz3h2bpaay6a','e2d5yjgbxh7ct4uzasbd66nicu','xikeykeq5mdkktw3vq67wa423u','kitchen',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('bgm2hts3n3x3ufzg3x577gdbx4','nnw55axaift5gaoz3h2bpaay6a','xxxly57aoyhl4czdqxzlodxnyq','xikeykeq5mdkktw3vq67wa423u','bedroom',0,1772319600000,NULL);
INSERT INTO "sensor_placement" VALUES('t2boavytu4rzp7kqdptfustl2y','nnw55axaift5gaoz3h2bpaay6a','ynu4a2hqpk7cvbhv5auabqidwa','xikeykeq5mdkktw3vq67wa423u','toilet',0,1772319600000,NULL);
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
INSERT INTO "sensor_state" VALUES('w2thyduzuoqy3hu4z5a4wibmfu','nnw55axaift5gaoz3h2bpaay6a','fsulnfxciv4qiwbltgoylcs67a',1773097180000,1773095400000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('7besuxqt6gvzai4qmdmglxsg5e','nnw55axaift5gaoz3h2bpaay6a','fsulnfxciv4qiwbltgoylcs67a',1773097000000,1773095400000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('tvoj4axk5tbxjyczfyw5rg7fd4','nnw55axaift5gaoz3h2bpaay6a','fsulnfxciv4qiwbltgoylcs67a',1773096820000,1773095400000,74.0,NULL,NULL,NULL,1773097180000);
INSERT INTO "sensor_state" VALUES('4ys2ni3crmykcmpb7z6qzcjnw4','nnw55axaift5gaoz3h2bpaay6a','fsulnfxciv4qiwbltgoylcs67a',1773096640000,1773095400000,67.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('4njp4jdjexua2lwifwkfdxkixy','nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('tvhv76rr73qo7zncaa57izdaym','nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('dvj3jmpy56csfznnampcw42uqi','nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('bwd7s5czuec4khfborx7kezy6a','nnw55axaift5gaoz3h2bpaay6a','lqfo3bpvouw2fiqmg2kjrrukwi',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('jnedb54kljk5zfztggwvd7bmte','nnw55axaift5gaoz3h2bpaay6a','mw64spalciwero5l4du2qrq6sq',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('3cukv62psnptrfdfrigx5bhque','nnw55axaift5gaoz3h2bpaay6a','mw64spalciwero5l4du2qrq6sq',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('pbmtx64muxnchpfuzhlirrfsu4','nnw55axaift5gaoz3h2bpaay6a','mw64spalciwero5l4du2qrq6sq',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('4e4ejr6aq2322v5y6e4obqonly','nnw55axaift5gaoz3h2bpaay6a','mw64spalciwero5l4du2qrq6sq',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('7dthnhyn54nspb6gyefptch5yi','nnw55axaift5gaoz3h2bpaay6a','m6igmg2j5vac4etzkcccgzhmaa',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('y5d4l2j6itdpzo4qqr3wve2ipq','nnw55axaift5gaoz3h2bpaay6a','m6igmg2j5vac4etzkcccgzhmaa',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('4z5xpsiol77tyryhxui4d6esnu','nnw55axaift5gaoz3h2bpaay6a','m6igmg2j5vac4etzkcccgzhmaa',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('rhrfjr32ow2cycbj3bmi34qgiq','nnw55axaift5gaoz3h2bpaay6a','m6igmg2j5vac4etzkcccgzhmaa',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('6pk7zns2c54p2frfojocasn2ae','nnw55axaift5gaoz3h2bpaay6a','7xomhrd7qqcplsivrpwe5dxpqm',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('od4rag4popv7wynyy6n7x66e2a','nnw55axaift5gaoz3h2bpaay6a','7xomhrd7qqcplsivrpwe5dxpqm',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('jxvlqeoq5gfrqollzgqpbioocm','nnw55axaift5gaoz3h2bpaay6a','7xomhrd7qqcplsivrpwe5dxpqm',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('4h362we5v75zjkoj44ntypj7n4','nnw55axaift5gaoz3h2bpaay6a','7xomhrd7qqcplsivrpwe5dxpqm',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('7ydfusvwy6lrk7jtqcjml37jpu','nnw55axaift5gaoz3h2bpaay6a','5j7x3zy4dadph7eaubidx2ctfe',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('ab7mrc4ep2wjehykc4rtfuazdu','nnw55axaift5gaoz3h2bpaay6a','5j7x3zy4dadph7eaubidx2ctfe',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('3gmp3rs6vjwc4ohb6fpdgjewbq','nnw55axaift5gaoz3h2bpaay6a','5j7x3zy4dadph7eaubidx2ctfe',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('p3mckuhgaye3vmxpklm4jrxvli','nnw55axaift5gaoz3h2bpaay6a','5j7x3zy4dadph7eaubidx2ctfe',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('egmrtate4gkxkg76as7jqhwaoq','nnw55axaift5gaoz3h2bpaay6a','jt5jjp74qahxejqdq3quzn4q7q',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('wog7j74imiq4wo57vwc6bpshvy','nnw55axaift5gaoz3h2bpaay6a','jt5jjp74qahxejqdq3quzn4q7q',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('abqs26ss2e27uaapw7multu2zy','nnw55axaift5gaoz3h2bpaay6a','jt5jjp74qahxejqdq3quzn4q7q',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('fszttn7ymnkm7mw3xrlo5kvkby','nnw55axaift5gaoz3h2bpaay6a','jt5jjp74qahxejqdq3quzn4q7q',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('gks5lesfuqflh5zzg25qwmozpy','nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u',1773097180000,1773096780000,88.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('e2d5yjgbxh7ct4uzasbd66nicu','nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u',1773097000000,1773096780000,81.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('xxxly57aoyhl4czdqxzlodxnyq','nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u',1773096820000,1773096780000,74.0,NULL,NULL,NULL,NULL);
INSERT INTO "sensor_state" VALUES('ynu4a2hqpk7cvbhv5auabqidwa','nnw55axaift5gaoz3h2bpaay6a','xikeykeq5mdkktw3vq67wa423u',1773096640000,1773096780000,9.0,NULL,NULL,NULL,NULL);
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
INSERT INTO "session" VALUES(X'F332A00ADE8329991E75CB02BB117D898C159D81F96B135DD2A38B869DC73609','nnw55axaift5gaoz3h2bpaay6a','4n6ha2viy6t6y6ydj23aeu2v2u',1773097200000,1773097200000,1773140400000);
CREATE INDEX ix_login_failure_address_hash_at ON login_failure (address_hash, at);
CREATE INDEX ix_login_failure_login_hash_at ON login_failure (login_hash, at);
CREATE UNIQUE INDEX uq_care_case_open_matter ON care_case (matter) WHERE state <> 'resolved';
CREATE INDEX ix_deadline_due_at ON deadline (due_at);
CREATE INDEX ix_home_state_last_heard_at ON home_state (last_heard_at);
CREATE INDEX ix_home_state_position ON home_state (position);
CREATE INDEX ix_case_event_case_id ON case_event (case_id);
CREATE INDEX ix_episode_next_step_at ON episode (next_step_at);
CREATE INDEX ix_notification_state_due_at ON notification (state, due_at);
CREATE INDEX ix_on_call_override_schedule_id ON on_call_override (schedule_id, ends_at);
CREATE INDEX ix_attempt_case_id ON attempt (case_id);
CREATE INDEX ix_report_home_id_seen_at ON report (home_id, seen_at);
CREATE INDEX ix_reply_link_expires_at ON reply_link (expires_at);
CREATE INDEX ix_pause_home_id_ends_at ON pause (home_id, ends_at);
CREATE INDEX ix_absence_event_home_id_at ON absence_event (home_id, at);
CREATE INDEX ix_contact_method_user_id ON contact_method (user_id);
CREATE INDEX ix_notification_contact_method_id_due_at ON notification (contact_method_id, due_at);
CREATE INDEX ix_notification_grouped_into ON notification (grouped_into);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('absence_event',2);
INSERT INTO "sqlite_sequence" VALUES('finding',7);
INSERT INTO "sqlite_sequence" VALUES('case_event',16);
COMMIT;
